// Checks a built tree of the worker, as an image ships it.
import { existsSync, globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readImports } from "./imports.ts";
import { foreignToWorker } from "./table.ts";

const scripts = /\.(js|mjs|cjs)$/;
/** `new URL("./main.ts", import.meta.url)`: no compiler rewrites that. */
const sourceUrls = /new URL\(\s*["'`]([^"'`]+\.tsx?)["'`]/g;
const aliases = /^(@\/|~\/?|#|src\/|packages\/)/;

/**
 * Every violation among all scripts under `root`, fixtures included: imports that lead nowhere, out of the tree, back into sources, to an
 * alias that no bundler resolved, or to what its process must not load.
 * @param foreign packages that the process must not load; a name that ends in `/` stands for a whole scope
 * @param lacking packages that may be missing, because what needs them says so when they are
 */
export function checkBuilt(
  root: string,
  foreign: readonly string[] = foreignToWorker,
  lacking: readonly string[] = [],
): string[] {
  const violations: string[] = [];
  const files = globSync("**/*.{js,mjs,cjs,ts,tsx}", { cwd: root })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => !path.includes("node_modules/") && !path.endsWith(".d.ts"));
  if (!files.some((path) => scripts.test(path))) return [`${root} holds no built script`];
  for (const path of files.sort()) {
    if (!scripts.test(path)) {
      violations.push(`${path} is a source file within the built tree`);
      continue;
    }
    const text = readFileSync(join(root, path), "utf8");
    for (const { specifier, line } of readImports(path, text).imports) {
      const problem = builtProblem(root, path, specifier, foreign);
      if (problem !== undefined && !lacking.includes(packageOf(specifier)))
        violations.push(`${path}:${line} imports ${specifier}: ${problem}`);
    }
    for (const { 1: url, index } of text.matchAll(sourceUrls))
      violations.push(`${path}:${text.slice(0, index).split("\n").length} names ${url}: it leads back into sources`);
  }
  return violations;
}

function builtProblem(root: string, from: string, specifier: string, foreign: readonly string[]): string | undefined {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return undefined;
  if (specifier.startsWith("/") || specifier.startsWith("file:")) return "an absolute path leads out of the built tree";
  if (specifier.startsWith(".")) {
    const target = resolve(root, dirname(from), specifier);
    if (relative(root, target).startsWith("..")) return "it leads out of the built tree";
    if (/\.tsx?$/.test(specifier)) return "it leads back into sources";
    return existsSync(target) && scripts.test(target) ? undefined : "there is no such file";
  }
  if (aliases.test(specifier)) return "an alias that nothing resolved";
  const name = packageOf(specifier);
  if (foreign.some((row) => row === name || (row.endsWith("/") && name.startsWith(row))))
    return foreign === foreignToWorker ? "a worker does not load it" : "a server does not load it";
  return isInstalled(join(root, dirname(from)), name) ? undefined : "no such package is installed beside it";
}

/** `@mainspring/store` of `@mainspring/store/testing`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** As Node looks for it: in `node_modules` of the folder, and of each above it. */
function isInstalled(folder: string, name: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (dirname(at) === at) return false;
  }
}
