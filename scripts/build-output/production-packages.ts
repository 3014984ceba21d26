// The packages from npm that a target needs to run, read from the lockfile: what `npm ci --omit=dev` installs for it.
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { targets, type Target } from "./stage.ts";

type Entry = {
  readonly link?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
};

/** Their folders from the root, such as `node_modules/pg`, in order. Ours, development's and those of other platforms are not among them. */
export function productionPackages(root: string, target: Target): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Record<string, Entry>;
  };
  const found = new Set<string>();
  const queue = targets[target].packages.filter((name) => name !== "web").map((name) => `packages/${name}`);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = packages[at] ?? {};
    const optional = at.startsWith("packages/") ? {} : optionalDependencies; // the embedded Postgres of the devstack
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
    for (const name of [...Object.keys({ ...dependencies, ...optional }), ...peers]) {
      const place = placeOf(packages, at, name);
      if (place === undefined || found.has(place) || packages[place]?.link === true) continue;
      if (!existsSync(join(root, place))) continue; // of another platform
      found.add(place);
      queue.push(place);
    }
  }
  return [...found].sort();
}

/** As Node looks for it: below the folder of whoever imports, and below each above that. */
function placeOf(packages: Record<string, Entry>, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const place = join(at, "node_modules", name);
    if (packages[place] !== undefined) return place;
    if (!at.includes("/node_modules/")) {
      const top = join("node_modules", name);
      return packages[top] === undefined ? undefined : top;
    }
  }
}

/** Puts a target's packages from npm into its folder, as an image holds them: linked where that can be, else copied. */
export function addPackages(root: string, target: Target, folder: string): void {
  for (const place of productionPackages(root, target)) linkTree(join(root, place), join(folder, place));
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.name === "node_modules") continue; // each package in it has a line of its own in the lockfile
    if (isOtherPlatform(from, entry.name)) continue;
    if (entry.isDirectory()) linkTree(source, copy);
    else if (entry.isFile()) link(source, copy);
  }
}

/** Temporal's native library comes for five platforms, 35 MB each. */
function isOtherPlatform(folder: string, name: string): boolean {
  if (!folder.endsWith("core-bridge/releases")) return false;
  const cpu = process.arch === "x64" ? "x86_64" : "aarch64";
  return !(name.startsWith(cpu) && name.includes(process.platform === "win32" ? "windows" : process.platform));
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to); // another file system
  }
}
