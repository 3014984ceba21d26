// Lays out what a process of production is made of: `packages/<name>` with plain JavaScript, and nothing of the sources.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `server` also carries the command line and the pages. */
export type Target = "server" | "worker";

/** The package that is started, with the packages that its imports lead to. */
export const targets: Record<Target, { readonly start: string[]; readonly packages: string[] }> = {
  server: {
    start: ["server", "cli"],
    packages: ["core", "api", "store", "actions", "runtime", "server", "cli", "web"],
  },
  worker: { start: ["runtime"], packages: ["core", "store", "actions", "runtime"] },
};

/** Packages of ours that are never shipped. */
const unshipped = new Set(["@mainspring/devstack"]);

type Manifest = {
  name: string;
  version: string;
  license: string;
  description: string;
  exports?: Record<string, string>;
  dependencies?: Record<string, string>;
  bin?: Record<string, string>;
};

/**
 * Puts the built packages of a target under `folder`, which is emptied first. Packages from npm are not in it: whoever runs it installs
 * them beside it, in `node_modules`, where links to our packages are already.
 * @param root the repository, in which `tsc -b` and the build of the pages have run
 */
export function stage(root: string, target: Target, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "node_modules/@mainspring"), { recursive: true });
  for (const name of targets[target].packages) {
    stagePackage(root, name, join(folder, "packages", name));
    symlinkSync(join("../../packages", name), join(folder, "node_modules/@mainspring", name));
  }
  const { version } = readManifest(join(root, "package.json"));
  writeJson(join(folder, "package.json"), { name: `mainspring-${target}`, version, private: true, type: "module" });
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
}

function stagePackage(root: string, name: string, folder: string): void {
  const from = join(root, "packages", name);
  mkdirSync(folder, { recursive: true });
  if (name === "web") cpSync(join(from, "dist"), join(folder, "dist"), { recursive: true });
  else for (const file of builtFiles(from)) copy(join(from, file), join(folder, file));
  if (existsSync(join(from, "migrations")))
    cpSync(join(from, "migrations"), join(folder, "migrations"), { recursive: true });
  writeJson(join(folder, "package.json"), shippedManifest(readManifest(join(from, "package.json")), folder));
}

/** What the compiler wrote for sources that are still there: it removes nothing for those that are gone. */
function builtFiles(from: string): string[] {
  return globSync("dist/**/*.js", { cwd: from }).filter((file) =>
    existsSync(join(from, file.replace(/^dist/, "src").replace(/\.js$/, ".ts"))),
  );
}

/** Entries lead to the built files; those that only tests use, and the packages that are not shipped, are left out. */
function shippedManifest(source: Manifest, folder: string): object {
  const exports = Object.entries(source.exports ?? {})
    .map(([entry, file]) => [entry, builtPath(file)] as const)
    .filter(([, file]) => file === "./package.json" || existsSync(join(folder, file)));
  const dependencies = Object.entries(source.dependencies ?? {}).filter(([name]) => !unshipped.has(name));
  const { name, version, license, description } = source;
  return {
    name,
    version,
    license,
    description,
    type: "module",
    ...(source.bin === undefined ? {} : { bin: { mainspring: "./dist/main.js" } }),
    exports: Object.fromEntries(exports),
    dependencies: name === "@mainspring/web" ? {} : Object.fromEntries(dependencies),
  };
}

function builtPath(file: string): string {
  return file.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, ".js");
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
