// The source files of all packages with their imports, and the file that each import leads to.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { type FileImports, type Import, readImports } from "./imports.ts";

export type Source = FileImports & {
  /** From the root, with `/`: `packages/core/src/index.ts`. */
  path: string;
  /** `core`; undefined outside the packages. */
  package: string | undefined;
  isTest: boolean;
};

export type Sources = {
  files: Map<string, Source>;
  /** The path of ours that `from` means by `specifier`; undefined when it is not ours, "missing" when it is not there. */
  resolve(from: Source, specifier: string): string | undefined;
};

const testPath =
  /\.test\.tsx?$|\/src\/(testing|bench|faults|chaos|flood|fairness|outage|acceptance|golden)\/|\/src\/testing\.ts$|\/test-services\.ts$/;

export function readSources(root: string): Sources {
  const files = new Map<string, Source>();
  const patterns = ["packages/*/src/**/*.{ts,tsx}", "packages/*/bin/*.mjs", "scripts/**/*.{ts,mjs}"];
  for (const found of globSync(patterns, { cwd: root })) {
    const path = found.split(sep).join("/");
    if (path.includes("/node_modules/")) continue;
    files.set(path, {
      path,
      package: packageOf(path),
      isTest: testPath.test(`/${path}`),
      ...readImports(path, readFileSync(join(root, path), "utf8")),
    });
  }
  const entries = new Map<string, string>(); // "@mainspring/store/testing" -> its file
  for (const manifest of globSync("packages/*/package.json", { cwd: root })) {
    const { name, exports } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as {
      name: string;
      exports?: Record<string, string>;
    };
    for (const [entry, file] of Object.entries(exports ?? {})) {
      entries.set(join(name, entry).split(sep).join("/"), toPath(join(dirname(manifest), file)));
    }
  }
  return {
    files,
    resolve(from, specifier) {
      if (specifier.startsWith(".")) {
        const path = toPath(join(dirname(from.path), specifier));
        return files.has(path) || existsSync(join(root, path)) ? path : "missing";
      }
      if (!specifier.startsWith("@mainspring/")) return undefined;
      return entries.get(specifier) ?? "missing";
    },
  };
}

/** The imports that leave something to load when the program runs. */
export function runtimeImports(source: Source, follow: "static" | "all"): Import[] {
  return source.imports.filter(({ kind }) => kind === "value" || (kind === "dynamic" && follow === "all"));
}

/** `core` for a file under packages/core/src; undefined elsewhere. */
export function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\/src\//.exec(path)?.[1];
}

function toPath(path: string): string {
  return normalize(path).split(sep).join("/");
}
