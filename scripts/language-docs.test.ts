import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtInCatalogue } from "../packages/actions/src/built-in/built-in-catalogue.ts";
import { compileDefinition, compileExpression, parseDefinition } from "../packages/core/src/compile/index.ts";
import { stepKinds } from "../packages/core/src/definition/any-step.ts";
import { evaluateExpression } from "../packages/core/src/expression/evaluate.ts";
import { functionNames } from "../packages/core/src/expression/functions/table.ts";
import { root } from "./checks.ts";
import { shownBlocks, shownExpressions } from "./language-docs.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
// Pages of steps are made and tested with the examples that they are made from, scenarios by their own tests.
const pages = globSync("docs/language/*.md", { cwd: root }).filter((path) => !path.endsWith("scenarios.md"));

describe("the page on expressions", () => {
  const page = read("docs/language/expressions.md");
  const shown = shownExpressions(page);
  const data = JSON.parse(shownBlocks(page, "json")[0]?.text ?? "") as object;

  test("has a result for every example, and it is the one that there is", () => {
    const found = shown.map(({ source, line }) => ({ source, gives: resultOf(source, data), line }));
    expect(found).toEqual(shown);
    expect(shown.length).toBeGreaterThan(100);
  });

  test("has a row for every function, which calls it", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("|"));
    const unshown = functionNames.filter((name) => {
      const called = new RegExp(`\\b${name}\\(`);
      return !rows.some((row) => called.test(row)) || !shown.some(({ source }) => called.test(source));
    });
    expect(unshown).toEqual([]);
  });
});

/** As a table shows it. */
function resultOf(source: string, data: object): string {
  const compiled = compileExpression(source);
  if ("issues" in compiled) return compiled.issues[0]?.code ?? "refused";
  const { value, error } = evaluateExpression(compiled.expression, data, { now: "2026-11-26T05:13:00.000Z" });
  if (error !== undefined) return error.code;
  return value === undefined ? "nothing" : JSON.stringify(value);
}

const blocks = pages.flatMap((path) =>
  shownBlocks(read(path), "yaml").map(({ text, line }) => ({ text, place: `${path}:${line}` })),
);

test.each(blocks)("the example at $place is a workflow or its steps, and compiles without a word", ({ text }) => {
  const isSteps = text.startsWith("- ");
  const parsed = parseDefinition(isSteps ? `workflow: example\nsteps:\n${text.replaceAll(/^/gm, "  ")}` : text);
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const { issues } = compileDefinition(parsed.definition, { actions: builtInCatalogue(), calendars: ["default"] });
  expect(issues).toEqual([]);
});

test("the index leads to every step type, and every page of the language is led to", () => {
  const index = read("docs/language/README.md");
  expect(blocks.length).toBeGreaterThan(4);
  const links = [...index.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);
  for (const type of Object.keys(stepKinds())) expect(links).toContain(`steps/${type}.md`);
  const folder = join(root, "docs/language");
  expect(globSync("**/*.md", { cwd: folder }).filter((path) => path !== "README.md" && !links.includes(path))).toEqual(
    [],
  );
});

test.each(globSync("docs/language/**/*.md", { cwd: root }))("every link of %s leads somewhere", (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
});
