import { expect, test } from "vitest";
import { action, testCatalogue } from "../testing/catalogue.ts";
import { stepsYaml } from "../testing/malformed-definitions.ts";
import { checkDefinition } from "./check-definition.ts";

const found = (source: unknown, catalogue = testCatalogue): string[] =>
  checkDefinition(source, catalogue).issues.map(({ code, pointer, line }) =>
    line === undefined ? `${code} ${pointer}` : `${code} ${pointer} ${line}`,
  );
const of = (...steps: readonly object[]): object => ({ workflow: "checked", steps });
const read = (id: string, source: string): object => ({ id, type: "state.set", state: { $expr: source } });
const set = (id: string, name: string): object => ({ id, type: "transform.assign", assign: { [name]: 1 } });

test("[LNX-03] every problem of one definition is listed at once, whatever kind it is of", () => {
  const source = `workflow: all-at-once
colour: red
steps:
  - id: first
    type: action.call
    action: crm.save@1
    input: { a: { $expr: 'payload.' } }
    colour: red
  - id: unnamed
    type: action.call
    action: crm.save@1
    saveAs: answer
  - id: first
    type: state.set
    state: { $expr: '1 +' }
  - { id: unknown, type: action.call, action: no.such@1, input: {} }
  - id: side-by-side
    type: control.parallel
    branches:
      - id: left
        steps:
          - id: loop
            type: control.forEach
            items: { $expr: payload.items }
            body:
              - { id: pause, type: time.wait, durationMs: soon }
              - { id: deep, type: action.call, action: crm.save@1, input: {}, retry: { maxAttempts: [] } }
      - id: right
        steps:
          - { id: target, type: transform.assign, assign: { 'not a place': 1 } }
  - { id: done, type: control.return, output: { $expr: vars.answer } }
`;
  const { issues, program, document, definition } = checkDefinition(source, testCatalogue);
  expect(issues.map(({ code, pointer, line, stepId }) => [code, pointer, line, stepId])).toEqual([
    ["FIELD_UNKNOWN", "/colour", 2, undefined],
    ["EXPR_SYNTAX", "/steps/0/input/a/$expr", 7, "first"],
    ["FIELD_UNKNOWN", "/steps/0/colour", 8, "first"],
    ["FIELD_MISSING", "/steps/1/input", 9, "unnamed"],
    ["STEP_ID_DUPLICATE", "/steps/2/id", 13, "first"],
    ["EXPR_SYNTAX", "/steps/2/state/$expr", 15, "first"],
    ["ACTION_UNKNOWN", "/steps/3/action", 16, "unknown"],
    ["FIELD_TYPE", "/steps/4/branches/0/steps/0/body/0/durationMs", 26, "pause"],
    ["FIELD_TYPE", "/steps/4/branches/0/steps/0/body/1/retry/maxAttempts", 27, "deep"],
    ["TARGET_INVALID", "/steps/4/branches/1/steps/0/assign/not a place", 30, "target"],
  ]);
  for (const { remedy } of issues) expect(remedy).not.toBe("");
  expect(document).toMatchObject({ colour: "red" });
  expect({ program, definition }).toEqual({ program: undefined, definition: undefined });
});

test("what cannot be read has no document, and what can be read but not kept is checked all the same", () => {
  expect(checkDefinition("steps: [", testCatalogue)).toEqual({
    issues: [expect.objectContaining({ code: "YAML_SYNTAX" })],
  });
  const source = stepsYaml(
    "  - { id: a, type: state.set, state: 9007199254740993 }",
    "  - { id: b, type: action.call, action: no.such@1, input: {} }",
    "  - { id: b, type: state.set, state: { $expr: vars.nowhere }, colour: red }",
  );
  expect(found(source)).toEqual([
    "NUMBER_NOT_EXACT /steps/0/state 3",
    "ACTION_UNKNOWN /steps/1/action 4",
    "FIELD_UNKNOWN /steps/2/colour 5",
    "STEP_ID_DUPLICATE /steps/2/id 5",
    "VARIABLE_UNDEFINED /steps/2/state/$expr 5",
  ]);
  expect(checkDefinition(source, testCatalogue)).not.toHaveProperty("document");
});

test("of a key that is given twice, nothing is said of what the other one may have set", () => {
  const twice = stepsYaml(
    "  - { id: a, type: action.call, action: crm.save@1, input: {}, saveAs: one, saveAs: two }",
    "  - { id: b, type: state.set, state: { $expr: vars.one } }",
  );
  expect(found(twice)).toEqual(["KEY_DUPLICATE /steps/0/saveAs 3"]);
});

test("a step of an unknown type keeps its id and its place, and what is in it is left aside", () => {
  const lost = {
    id: "a",
    type: "control.iff",
    colour: "red",
    name: 7,
    saveAs: "n",
    then: [set("in", "m"), { id: "b", type: "action.call", action: "no.such@1", input: {} }],
  };
  expect(found(of(lost, set("a", "k"), read("c", "n + m + k")))).toEqual([
    "FIELD_TYPE /steps/0/name",
    "STEP_TYPE_UNKNOWN /steps/0/type",
    "STEP_ID_DUPLICATE /steps/1/id",
  ]);
  expect(found(of({ type: "no.such" }, { id: "r", type: "control.return" }, { type: "state.set", state: 1 }))).toEqual([
    "FIELD_MISSING /steps/0/id",
    "STEP_TYPE_UNKNOWN /steps/0/type",
    "STEP_UNREACHABLE /steps/2",
    "FIELD_MISSING /steps/2/id",
  ]);
});

test("a step without an id has none in its issues either", () => {
  const { issues } = checkDefinition(of({ type: "state.set", state: { $expr: "vars.n" } }), testCatalogue);
  expect(issues.map(({ code, stepId }) => [code, stepId])).toEqual([
    ["FIELD_MISSING", undefined],
    ["VARIABLE_UNDEFINED", undefined],
  ]);
});

test("an object's own rules are found beside what is wrong in its parts", () => {
  const steps = [
    { id: "a", type: "time.wait", colour: "red" },
    { id: "b", type: "control.tryCatch", try: [{ id: "c", type: "no.such" }] },
    { id: "d", type: "human.task", title: 5, assignTo: {}, form: {} },
  ];
  expect(found(of(...steps))).toEqual([
    "WHEN_NOT_ONE /steps/0",
    "FIELD_UNKNOWN /steps/0/colour",
    "FIELD_MISSING /steps/1",
    "STEP_TYPE_UNKNOWN /steps/1/try/0/type",
    "FIELD_MISSING /steps/2/assignTo",
    "FIELD_TYPE /steps/2/title",
  ]);
});

test.each([
  ["a time of the wrong type", { type: "time.wait", business: 5 }, "FIELD_TYPE /steps/0/business"],
  ["a catch that is none", { type: "control.tryCatch", try: [], catch: 5 }, "FIELD_TYPE /steps/0/catch"],
  [
    "branches that are none",
    { type: "control.parallel", branches: 5, completion: { quorum: 2 } },
    "FIELD_TYPE /steps/0/branches",
  ],
  ["cases that are none", { type: "control.switch", cases: 5, default: [] }, "FIELD_TYPE /steps/0/cases"],
  [
    "a limit under a wrong name",
    {
      type: "control.forEach",
      items: { $expr: "payload.items" },
      maxItem: 5,
      body: [{ id: "b", type: "action.call", action: "crm.save@1", input: {} }],
    },
    "FIELD_UNKNOWN /steps/0/maxItem",
  ],
  [
    "a filter that compares in no known way",
    { type: "event.wait", event: "e", correlationKey: "k", filters: [{ path: "p", op: "exist" }] },
    "FIELD_INVALID /steps/0/filters/0/op",
  ],
  [
    "an expression without text where a number is expected",
    { type: "control.while", condition: true, body: [], maxIterations: { $expr: 1 } },
    "FIELD_TYPE /steps/0/maxIterations/$expr",
  ],
  [
    "a broken expression where a number is expected",
    { type: "control.while", condition: true, body: [], maxIterations: { $expr: "1 +" } },
    "EXPR_SYNTAX /steps/0/maxIterations/$expr",
  ],
])("nothing follows from %s", (_, step, issue) => {
  expect(found(of({ id: "a", ...step }))).toEqual([issue]);
});

test("a broken expression in an input is not held against the input's schema", () => {
  const input = { amount: { $expr: "payload." } };
  expect(found(of({ id: "a", type: "action.call", action: "shop.charge@1", input }))).toEqual([
    "EXPR_SYNTAX /steps/0/input/amount/$expr",
  ]);
});

test("semantics that do not exist say nothing about steps", () => {
  expect(found({ workflow: "third", semantics: 3, steps: [{ id: "a", type: "control.saga", body: [] }] })).toEqual([
    "FIELD_INVALID /semantics",
  ]);
});

const call = (fields: object): object => ({ id: "a", type: "action.call", action: "crm.save@1", input: {}, ...fields });

test.each([
  ["a target with a space", call({ saveAs: "the answer" }), "TARGET_INVALID /steps/0/saveAs"],
  ["a target that is like no name", call({ saveAs: "!" }), "TARGET_INVALID /steps/0/saveAs"],
  ["a target that is an object", call({ saveAs: { name: "answer" } }), "FIELD_TYPE /steps/0/saveAs"],
  ["a target under a wrong name", call({ saveAS: "answer" }), "FIELD_UNKNOWN /steps/0/saveAS"],
  ["a target under a name of others", call({ result: "answer" }), "FIELD_UNKNOWN /steps/0/result"],
  [
    "assignments in a list",
    { id: "a", type: "transform.assign", assign: [{ answer: 1 }] },
    "FIELD_TYPE /steps/0/assign",
  ],
  ["assignments that are text", { id: "a", type: "transform.assign", assign: "=" }, "FIELD_TYPE /steps/0/assign"],
  ["a step that is text", "answer", "FIELD_TYPE /steps/0"],
  [
    "a block that is a step",
    { id: "a", type: "control.if", condition: true, then: set("b", "answer") },
    "FIELD_TYPE /steps/0/then",
  ],
  [
    "a block under a wrong name",
    { id: "a", type: "control.saga", body: [], boddy: [set("b", "answer")] },
    "FIELD_UNKNOWN /steps/0/boddy",
  ],
])("[LNX-04] a variable that only %s can have set is not called undefined", (_, step, issue) => {
  expect(checkDefinition({ workflow: "lost", steps: [step, read("r", "vars.answer")] }, testCatalogue).issues).toEqual([
    expect.objectContaining({ code: issue.split(" ")[0], pointer: issue.split(" ")[1] }),
  ]);
});

test("[LNX-04] a variable that no lost part can have set is undefined all the same", () => {
  expect(
    found(of(call({ saveAs: "the answer", result: "other", colour: "red" }), read("r", "answer + other + nowhere"))),
  ).toEqual([
    "FIELD_UNKNOWN /steps/0/colour",
    "FIELD_UNKNOWN /steps/0/result",
    "TARGET_INVALID /steps/0/saveAs",
    "VARIABLE_UNDEFINED /steps/1/state/$expr",
  ]);
});

test("two unreadable targets in branches do not count as one place", () => {
  const branches = [
    { id: "a", steps: [set("s", "x y")] },
    { id: "b", steps: [set("t", "x y")] },
  ];
  expect(found(of({ id: "p", type: "control.parallel", branches }))).toEqual([
    "TARGET_INVALID /steps/0/branches/0/steps/0/assign/x y",
    "TARGET_INVALID /steps/0/branches/1/steps/0/assign/x y",
  ]);
});

test("10,000 steps that are all wrong are checked within five seconds, and 1,000 issues are enough", () => {
  const steps = Array.from({ length: 10_000 }, (_, i) => ({
    id: `s${i}`,
    type: "action.call",
    action: "pack.none@1",
    input: { a: { $expr: `payload.a +` }, b: { $expr: `vars.v${i}` } },
    colour: "red",
    saveAs: `to ${i}`,
  }));
  const begun = process.threadCpuUsage();
  const { issues } = checkDefinition(of(...steps), { actions: [action("crm.save@1")] });
  const { user, system } = process.threadCpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(5_000);
  expect(issues).toHaveLength(1_000);
});

test("[CAS-01] a code that an author raises is 3 to 64 capitals, digits and underscores, and begins with a capital", () => {
  const raise = (code: string): object => ({ id: "raise", type: "control.raise", code, message: "m" });
  for (const code of ["ABC", "NO_STOCK_2", "A".repeat(64)]) expect(found(of(raise(code))), code).toEqual([]);
  for (const code of ["AB", "A".repeat(65), "no_stock", "NO-STOCK", "2ND", "_ABC", "ÄBC", "ABC\n", ""])
    expect(found(of(raise(code))).join(), code).toContain("/steps/0/code");
});
