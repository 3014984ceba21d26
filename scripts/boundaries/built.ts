// Checks a built tree of the worker, as an image ships it.
import { existsSync, globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readImports } from "./imports.ts";
import { foreignToWorker } from "./table.ts";

const scripts = /\.(js|mjs|cjs)$/;
const aliases = /^(@\/|~\/?|#|src\/|packages\/)/;

/**
 * Every violation among all scripts under `root`, fixtures included: imports that lead nowhere, out of the tree, back into sources, to an
 * alias that no bundler resolved, or to what a worker must not load.
 */
export function checkBuilt(root: string): string[] {
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
    for (const { specifier, line } of readImports(path, readFileSync(join(root, path), "utf8")).imports) {
      const problem = builtProblem(root, path, specifier);
      if (problem !== undefined) violations.push(`${path}:${line} imports ${specifier}: ${problem}`);
    }
  }
  return violations;
}

function builtProblem(root: string, from: string, specifier: string): string | undefined {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return undefined;
  if (specifier.startsWith("/") || specifier.startsWith("file:")) return "an absolute path leads out of the built tree";
  if (specifier.startsWith(".")) {
    const target = resolve(root, dirname(from), specifier);
    if (relative(root, target).startsWith("..")) return "it leads out of the built tree";
    if (/\.tsx?$/.test(specifier)) return "it leads back into sources";
    return existsSync(target) && scripts.test(target) ? undefined : "there is no such file";
  }
  if (aliases.test(specifier)) return "an alias that nothing resolved";
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const foreign = foreignToWorker.some((row) => row === name || (row.endsWith("/") && name.startsWith(row)));
  if (foreign) return "a worker does not load it";
  return isInstalled(join(root, dirname(from)), name) ? undefined : "no such package is installed beside it";
}

/** As Node looks for it: in `node_modules` of the folder, and of each above it. */
function isInstalled(folder: string, name: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (dirname(at) === at) return false;
  }
}
