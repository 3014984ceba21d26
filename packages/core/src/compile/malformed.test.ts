import { expect, test } from "vitest";
import { explainCode } from "../errors/errors.ts";
import { testCatalogue } from "../testing/catalogue.ts";
import { malformed, stepsYaml as steps } from "../testing/malformed-definitions.ts";
import type { Issue } from "../values/issue.ts";
import { checkDefinition } from "./check-definition.ts";
import { compileDefinition } from "./compile-definition.ts";
import { parseDefinition } from "./parse-definition.ts";

/** What reading and, where that succeeds, checking as at publish finds. */
function problemsOf(source: unknown, catalogue = testCatalogue): readonly Issue[] {
  const parsed = parseDefinition(source);
  if ("issues" in parsed) return parsed.issues;
  return compileDefinition(
    parsed.definition,
    catalogue,
    parsed.positions === undefined ? {} : { positions: parsed.positions },
  ).issues;
}

/** Work done by this thread since then: other load on the machine does not count. */
function spentMs(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(begun);
  return (user + system) / 1000;
}

const foundIn = (issues: readonly Issue[]): string[] =>
  issues.map(({ code, pointer, line }) => `${code} ${pointer} ${line}`);

test("there are at least 60 malformed definitions", () => {
  expect(malformed.length).toBeGreaterThanOrEqual(60);
});

test.each(malformed)("[LNX-03] $name is found with its code, pointer and line", ({ source, found, says }) => {
  const begun = process.threadCpuUsage();
  const issues = problemsOf(source);
  expect(spentMs(begun)).toBeLessThan(500);
  expect(foundIn(issues)).toEqual(found);
  if (says !== undefined) expect(issues[0]?.message).toContain(says);
  for (const issue of issues) {
    expect(explainCode(issue.code)).toBeDefined();
    expect(issue.remedy).not.toBe("");
    expect(issue.message).toMatch(/[.?!)]$/);
  }
});

test.each(malformed)("[LNX-03] $name hides nothing else", ({ source, found, foundBeside = [] }) => {
  const { issues, program } = checkDefinition(source, testCatalogue);
  expect(foundIn(issues).toSorted()).toEqual([...found, ...foundBeside].toSorted());
  expect(program === undefined).toBe(issues.some(({ severity }) => severity === "error"));
});

test("[LNX-03] every problem of a definition is reported at once, each with its step", () => {
  const issues = problemsOf(
    steps(
      "  - { id: a, type: action.call, action: no.such@1, input: { $expr: 'payload.' } }",
      "  - { id: b, type: time.wait, durationMs: 999999999999 }",
      "  - { id: a, type: transform.assign, assign: { 'x y': { $secret: s } } }",
    ),
  );
  expect(issues.map(({ code, line, stepId }) => [code, line, stepId])).toEqual([
    ["ACTION_UNKNOWN", 3, "a"],
    ["EXPR_SYNTAX", 3, "a"],
    ["DURATION_TOO_LONG", 4, "b"],
    ["STEP_ID_DUPLICATE", 5, "a"],
    ["TARGET_INVALID", 5, "a"],
    ["SECRET_MISPLACED", 5, "a"],
  ]);
});

const many = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ id: `s${i}`, type: "control.return" }));

function nested(depth: number): object[] {
  let block: object[] = [];
  for (let i = depth; i > 0; i -= 1) block = [{ id: `d${i}`, type: "control.if", condition: true, then: block }];
  return block;
}

/** A list of lists, `depth` deep. */
function deep(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
}

const oversized: readonly { readonly name: string; readonly source: unknown }[] = [
  { name: "100,000 steps in an object", source: { workflow: "big", steps: many(100_000) } },
  { name: "100,000 steps in YAML", source: "workflow: big\nsteps:\n" + "  - {}\n".repeat(100_000) },
  { name: "100,000 steps in JSON", source: `{"workflow":"big","steps":[${"{},".repeat(99_999)}{}]}` },
  {
    name: "10,001 steps in blocks",
    source: {
      workflow: "big",
      steps: [{ id: "a", type: "control.if", condition: true, then: many(5_000), else: many(5_000) }],
    },
  },
  { name: "65 blocks in each other", source: { workflow: "big", steps: nested(65) } },
  { name: "1,000 blocks in each other", source: { workflow: "big", steps: nested(1_000) } },
  { name: "1,000 blocks in each other in JSON", source: JSON.stringify({ workflow: "big", steps: nested(1_000) }) },
  { name: "1,000 brackets in YAML", source: "workflow: big\nsteps: " + "[".repeat(1_000) + "]".repeat(1_000) },
  { name: "100,000 open brackets", source: "[".repeat(100_000) },
  { name: "50,000 dashes", source: "- ".repeat(50_000) + "1" },
  {
    name: "a value that is nested 65 deep",
    source: { workflow: "big", steps: [{ id: "a", type: "state.set", state: deep(65) }] },
  },
  { name: "more than 2 MiB of text", source: "workflow: big # " + "é".repeat(1024 * 1024) },
  {
    name: "an object that contains itself",
    source: ((): unknown => {
      const a: { me?: unknown } = {};
      a.me = a;
      return a;
    })(),
  },
];

test.each(oversized)("[SEC-06] $name is too large, and is told so within 500 ms", ({ source }) => {
  const begun = process.threadCpuUsage();
  const issues = problemsOf(source);
  expect(spentMs(begun)).toBeLessThan(500);
  expect(issues.map(({ code }) => code)).toEqual(["DEFINITION_TOO_LARGE"]);
  expect(checkDefinition(source, testCatalogue)).toEqual(
    expect.objectContaining({ issues: [expect.objectContaining({ code: "DEFINITION_TOO_LARGE" })] }),
  );
});

test("[SEC-06] aliases that multiply are stopped within 500 ms", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i += 1)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  const begun = process.threadCpuUsage();
  const issues = problemsOf(lines.join("\n"));
  expect(spentMs(begun)).toBeLessThan(500);
  expect(issues.map(({ code }) => code)).toEqual(["YAML_ALIASES"]);
});

test("[SEC-06] one large text behind many aliases is stopped within 500 ms", () => {
  const text = `a: &a ${"x".repeat(1_000_000)}\nb: [${Array(5_000).fill("*a").join(", ")}]`;
  const begun = process.threadCpuUsage();
  expect(problemsOf(text).map(({ code }) => code)).toEqual(["DEFINITION_TOO_LARGE"]);
  expect(spentMs(begun)).toBeLessThan(500);
});

test("10,000 steps, 64 blocks in each other and values nested 64 deep are accepted", () => {
  expect(problemsOf({ workflow: "big", steps: many(10_000) }).filter(({ severity }) => severity === "error")).toEqual(
    [],
  );
  expect(problemsOf({ workflow: "big", steps: nested(64) })).toEqual([]);
  expect(problemsOf({ workflow: "big", steps: [{ id: "a", type: "state.set", state: deep(64) }] })).toEqual([]);
});
