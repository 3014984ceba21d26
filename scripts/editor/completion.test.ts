import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInCatalogue } from "../../packages/actions/src/built-in/built-in-catalogue.ts";
import { stepKinds } from "../../packages/core/src/definition/any-step.ts";
import { root } from "../checks.ts";
import { stepExamples } from "../step-examples.ts";
import { openYamlEditor, type YamlEditor } from "./yaml-editor.ts";

let editor: YamlEditor;
beforeAll(async () => {
  editor = await openYamlEditor();
});
afterAll(() => editor?.close());

const steps = (...lines: string[]): string => ["workflow: edited", "steps:", ...lines].join("\n");
const call = (...lines: string[]): string =>
  steps("  - id: call", "    type: action.call", "    action: http.request@1", ...lines);

test("a YAML language server completes the fields of a definition", async () => {
  expect(await editor.completions("|")).toEqual(
    expect.arrayContaining(["workflow", "name", "semantics", "payload", "triggers", "steps"]),
  );
});

test.each([
  ["at the top", steps("  - id: a", "    type: |")],
  ["in a block", steps("  - id: a", "    type: control.if", "    then:", "      - id: b", "        type: |")],
  [
    "in a branch",
    steps(
      "  - id: a",
      "    type: control.parallel",
      "    branches:",
      "      - id: b",
      "        steps:",
      "          - type: |",
    ),
  ],
])("it completes every step type %s, and nothing else", async (_, text) => {
  expect((await editor.completions(text)).sort()).toEqual(Object.keys(stepKinds()).sort());
});

test("it completes the fields of the step type that is written", async () => {
  const offered = await editor.completions(steps("  - id: a", "    type: control.forEach", "    |"));
  expect(offered).toEqual(expect.arrayContaining(["items", "itemVar", "body", "concurrency", "collect", "maxItems"]));
  expect(offered).not.toContain("correlationKey");
});

test("it completes the names of the actions that come with the product", async () => {
  const offered = await editor.completions(steps("  - id: a", "    type: action.call", "    action: |"));
  expect(offered).toEqual(builtInCatalogue().map(({ id }) => id));
});

test("it completes the fields of the input of http.request@1, and an expression in its place", async () => {
  const offered = await editor.completions(call("    input:", "      |"));
  expect(offered).toEqual(
    expect.arrayContaining(["method", "url", "headers", "query", "body", "timeoutMs", "okStatus", "$expr"]),
  );
  expect(offered).not.toContain("level");
  const other = await editor.completions(call("    input:", "      |").replace("http.request@1", "log.write@1"));
  expect(other).toEqual(expect.arrayContaining(["level", "message", "data"]));
  expect(other).not.toContain("url");
});

test("it completes what a field of that input takes", async () => {
  const offered = await editor.completions(call("    input:", "      url: https://example.com", "      method: |"));
  expect(offered).toEqual(expect.arrayContaining(["GET", "POST", "DELETE"]));
});

test("it explains a field of that input", async () => {
  expect(await editor.hover(call("    input:", "      method: GET", "      u|rl: https://example.com"))).toContain(
    "Absolute, http or https",
  );
});

test("it marks a wrong field, a missing one and a step type that is none", async () => {
  expect(await editor.problems(call("    input: { metod: GET, url: https://example.com }"))).toEqual([
    '6: Missing property "method".',
    "6: Property metod is not allowed.",
  ]);
  expect(await editor.problems(steps("  - { id: a, type: time.wait, durationMs: 5, untli: now }"))).toEqual([
    "3: Property untli is not allowed.",
  ]);
  expect((await editor.problems(steps("  - { id: a, type: time.wiat, durationMs: 5 }"))).join()).toContain("3: ");
});

test("it takes an expression, a secret or a quoted literal for any part of an input, and any input of an action that it does not know", async () => {
  const texts = [
    call("    input: { $expr: payload.request }"),
    call(
      "    input: { method: { $expr: payload.verb }, url: { $secret: hook }, headers: { a: { $secret: s, format: 'Bearer {}' } } }",
    ),
    call(
      "    input: { method: GET, url: { $literal: https://example.com }, okStatus: [404, { $expr: payload.also }] }",
    ),
    steps("  - { id: a, type: action.call, action: crm.save@2, input: { anything: [1, { $expr: payload.x }] } }"),
  ];
  for (const text of texts) expect(await editor.problems(text), text).toEqual([]);
});

test("it has nothing against the examples", async () => {
  const pages = Object.values(stepExamples).map(
    ({ example }) => `workflow: example\nsteps:\n${example.replaceAll(/^/gm, "  ")}`,
  );
  const files = globSync("examples/**/*.flow.yaml", { cwd: root }).map((path) =>
    readFileSync(join(root, path), "utf8"),
  );
  expect(files.length).toBeGreaterThan(0);
  const marked = await Promise.all(
    [...pages, ...files].map(async (text) => ({ text, problems: await editor.problems(text) })),
  );
  expect(marked.filter(({ problems }) => problems.length > 0)).toEqual([]);
});
