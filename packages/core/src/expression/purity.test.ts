import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const source = resolve(import.meta.dirname, "..");
const folders = ["values", "canonical", "expression", "schema"];
const files = folders.flatMap((folder) =>
  readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => join(source, folder, file)),
);

test("[OWN-12] the run-time files of expressions and schemas import nothing outside their own folders", () => {
  const foreign: string[] = [];
  for (const file of files) {
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
      const folder = relative(source, resolve(dirname(file), path)).split(/[\\/]/)[0] ?? "";
      if (!path.startsWith(".") || !folders.includes(folder)) foreign.push(`${relative(source, file)} imports ${path}`);
    }
  }
  expect(files.length).toBeGreaterThan(30);
  expect(foreign).toEqual([]);
});

test("[LNX-02] they use nothing that differs between machines or whose time cannot be limited", () => {
  const banned =
    /\bnew Date\b|\bDate\.|\bIntl\b|toLocale|localeCompare|Math\.random|\bRegExp\b|\.(match|matchAll|test|search)\(|\bsetTimeout\b|\bprocess\b|\bBuffer\b|\bawait\b/;
  const regexLiteral = /[(=,:&|]\s*\/[^/*\s]/;
  const found: string[] = [];
  for (const file of files) {
    readFileSync(file, "utf8")
      .split("\n")
      .forEach((line, i) => {
        const code = line.replace(/\/\/.*$/, "").replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
        if (/^\s*\*|^\s*\/\*/.test(line)) return;
        if (banned.test(code) || regexLiteral.test(code))
          found.push(`${relative(source, file)}:${i + 1} ${line.trim()}`);
      });
  }
  expect(found).toEqual([]);
});
