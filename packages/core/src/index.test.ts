import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("./index.ts", import.meta.url));

/** What a module imports at run time, and what those import. */
function reached(file: string, files = new Map<string, string[]>()): Map<string, string[]> {
  if (files.has(file)) return files;
  const foreign: string[] = [];
  files.set(file, foreign);
  for (const [statement, from = ""] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s[^;]*?from "([^"]+)";/gms,
  )) {
    if (/^(?:import|export) type\b/.test(statement)) continue;
    if (from.startsWith(".")) reached(join(dirname(file), from), files);
    else foreign.push(from);
  }
  return files;
}

test("[OWN-12] what runs workflows reaches no package at run time", () => {
  const files = reached(root);
  expect(files.size).toBeGreaterThan(20);
  expect([...files].filter(([, foreign]) => foreign.length > 0)).toEqual([]);
  expect([...files.keys()].filter((file) => file.includes("/definition/"))).toEqual([]);
});
