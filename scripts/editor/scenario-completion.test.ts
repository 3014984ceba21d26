import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../checks.ts";
import { openYamlEditor, type YamlEditor } from "./yaml-editor.ts";

let editor: YamlEditor;
beforeAll(async () => {
  editor = await openYamlEditor("mainspring.scenarios.schema.json");
});
afterAll(() => editor?.close());

const scenario = (...lines: string[]): string => ["scenarios:", "  - name: one", ...lines].join("\n");

test("a YAML language server completes the fields of a file of scenarios", async () => {
  expect(await editor.completions("|")).toEqual(
    expect.arrayContaining(["actions", "calendars", "defaults", "forms", "scenarios", "workflow"]),
  );
});

test("it completes the fields of a scenario, and no others", async () => {
  const offered = await editor.completions(scenario("    |"));
  expect(offered).toEqual(
    expect.arrayContaining([
      ...["payload", "event", "now", "mocks", "workflows", "events", "answers", "cancelAt", "expect", "notes"],
    ]),
  );
  expect(offered).not.toContain("steps");
});

test.each([
  [
    "what is expected",
    ["    expect:", "      |"],
    ["status", "trace", "output", "error", "vars", "effects", "notCalled"],
  ],
  ["an expected end", ["    expect:", "      status: |"], ["succeeded", "failed", "canceled", "waiting"]],
  ["an event", ["    events:", "      - |"], ["name", "key", "payload", "source", "id", "at"]],
  ["an answer", ["    answers:", "      - step: ask", "        |"], ["answer", "by", "at", "refused"]],
  ["a mock", ["    mocks:", "      reserve:", "        |"], ["output", "fail", "never", "after", "iterations"]],
  [
    "a failure",
    ["    mocks:", "      reserve:", "        fail: |"],
    ["TransientError", "TimeoutError", "BusinessError"],
  ],
  [
    "a step of a trace",
    ["    expect:", "      trace:", "        - stepId: a", "          status: |"],
    ["SUCCEEDED", "SKIPPED"],
  ],
  ["a call", ["    expect:", "      effects:", "        - |"], ["action", "stepId", "iteration", "input", "key"]],
])("it completes %s", async (_, lines, expected) => {
  expect(await editor.completions(scenario(...lines))).toEqual(expect.arrayContaining(expected));
});

test("it explains a field", async () => {
  expect(await editor.hover(scenario("    mo|cks: { reserve: { output: 1 } }"))).toContain("by step id");
});

test("it marks a wrong field, an answer that is none, and a status that is none", async () => {
  expect(await editor.problems(scenario("    mock: {}"))).toEqual(["3: Property mock is not allowed."]);
  expect((await editor.problems(scenario("    mocks: { a: { after: 5s } }"))).join()).toContain("3: ");
  expect((await editor.problems(scenario("    expect: { status: ended }"))).join()).toContain("3: ");
});

test("it has nothing against the scenarios of the examples", async () => {
  const files = globSync("examples/**/*.test.yaml", { cwd: root }).map((path) =>
    readFileSync(join(root, path), "utf8"),
  );
  expect(files.length).toBeGreaterThan(5);
  const marked = await Promise.all(files.map(async (text) => ({ text, problems: await editor.problems(text) })));
  expect(marked.filter(({ problems }) => problems.length > 0)).toEqual([]);
});
