import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "run-scenario.ts");
const source = join(import.meta.dirname, "..");

/** What a module imports at run time, and what those import. */
function reached(file: string, files = new Map<string, string>()): Map<string, string> {
  if (files.has(file)) return files;
  const text = readFileSync(file, "utf8");
  files.set(file, text);
  for (const [statement, from = ""] of text.matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)";/gms)) {
    if (/^(?:import|export) type\b/.test(statement)) continue;
    if (!from.startsWith(".")) throw new Error(`${relative(source, file)} imports ${from}`);
    reached(join(dirname(file), from), files);
  }
  return files;
}

test("[SCN-01] the runner is one program everywhere: it reaches no package, no clock, no chance and no promise", () => {
  const files = reached(root);
  expect(files.size).toBeGreaterThan(40);
  const banned =
    /\bnew Date\b|\bDate\.|\bIntl\b|toLocale|localeCompare|Math\.random|\bsetTimeout\b|\bsetInterval\b|\bprocess\b|\bBuffer\b|\bcrypto\b|\bperformance\b|\bfetch\(|\bawait\b|\basync\b|\bPromise\b/;
  const found: string[] = [];
  for (const [file, text] of files) {
    const code = text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`/g, '""');
    code.split("\n").forEach((line) => {
      if (banned.test(line)) found.push(`${relative(source, file)}: ${line.trim()}`);
    });
  }
  expect(found).toEqual([]);
});

test("the virtual shell stays small: what it would decide belongs into the interpreter", () => {
  const parts = readdirSync(import.meta.dirname).filter(
    (name) => name.startsWith("virtual-") && !name.includes(".test."),
  );
  const lines = parts.map((name) => readFileSync(join(import.meta.dirname, name), "utf8").split("\n").length);
  expect(parts).toContain("virtual-shell.ts");
  expect(Math.max(...lines)).toBeLessThan(300);
});
