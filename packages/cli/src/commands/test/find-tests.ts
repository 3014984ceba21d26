import { readdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { usageError } from "../../cli-error.ts";
import type { Io } from "../../context.ts";

const testEnding = /\.test\.(?:ya?ml|json)$/;
const flowEnding = /\.flow\.(?:ya?ml|json)$/;
const definitionEnding = /(?:\.flow)?\.(?:ya?ml|json)$/;
const endings = [".yaml", ".yml", ".json"];
const passedOver = new Set(["node_modules", "dist", "build", "coverage"]);

/**
 * Scenario files, by path: those that are given, those of given definitions, and those anywhere below given folders.
 * @throws CliError USAGE when something given is not there, or has no scenarios
 */
export async function findTests(given: readonly string[], io: Io): Promise<string[]> {
  const found = new Set<string>();
  for (const one of given) {
    const path = isAbsolute(one) ? one : join(io.cwd, one);
    const kind = await kindOf(path);
    if (kind === undefined)
      throw usageError(`${one} cannot be read: there is no such file or folder.`, "Check the path.");
    if (kind === "folder") for (const file of await testsBelow(path)) found.add(file);
    else if (testEnding.test(path)) found.add(path);
    else found.add(await testOf(path, one));
  }
  return [...found].sort();
}

/** Definitions in a folder. */
export async function flowsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => flowEnding.test(name)).map((name) => join(folder, name));
}

/** The definition with the same name beside a scenario file, if there is one. */
export async function flowBeside(testFile: string): Promise<string | undefined> {
  const name = basename(testFile).replace(testEnding, "");
  for (const middle of [".flow", ""]) {
    for (const ending of endings) {
      const path = join(dirname(testFile), name + middle + ending);
      if ((await kindOf(path)) === "file") return path;
    }
  }
  return undefined;
}

/** Where the scenarios of a definition stand, or would stand. */
export function testFileOf(flow: string): string {
  const name = basename(flow);
  const ending = name.endsWith(".json") ? ".json" : ".yaml";
  return join(dirname(flow), name.replace(definitionEnding, "") + ".test" + ending);
}

/** A path as it is shown: from the working folder where that is not longer. */
export function shownPath(path: string, { cwd }: Io): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith("..") ? path : fromHere;
}

async function testOf(flow: string, given: string): Promise<string> {
  const name = basename(flow).replace(definitionEnding, "");
  for (const ending of endings) {
    const path = join(dirname(flow), `${name}.test${ending}`);
    if ((await kindOf(path)) === "file") return path;
  }
  throw usageError(
    `There is no scenario file beside ${given}: it would be called ${basename(testFileOf(flow))}.`,
    `mainspring test --init ${given} writes one to begin with.`,
  );
}

async function testsBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(".") && !passedOver.has(entry.name)) found.push(...(await testsBelow(path)));
    } else if (testEnding.test(entry.name)) found.push(path);
  }
  return found;
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : found.isDirectory() ? "folder" : "file";
}
