import { expect, test } from "vitest";
import { compileDefinition } from "../compile/compile-definition.ts";
import { parseDefinition } from "../compile/parse-definition.ts";
import type { ScenarioDefinition } from "../definition/scenario.ts";
import type { Program } from "../program/program.ts";
import { x } from "../testing/build-program.ts";
import { action } from "../testing/catalogue.ts";
import { said, scenarioOf } from "../testing/scenario.ts";
import { runScenario } from "./run-scenario.ts";
import { skeletonOf } from "./skeleton.ts";

function programOf(workflow: string, steps: readonly object[], more: object = {}): Program {
  const parsed = parseDefinition({ workflow, ...more, steps });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const workflows = ["child", "grandchild", "parent", "loop"].map((key) => ({ key, version: 1 }));
  const catalogue = { actions: [action("mail.send@1"), action("shop.undo@1")], workflows };
  const { program, issues } = compileDefinition(parsed.definition, catalogue);
  if (program === undefined) throw new Error(JSON.stringify(issues));
  return program;
}

const send = { id: "send", type: "action.call", action: "mail.send@1", input: { to: x("payload.to") }, saveAs: "sent" };
const child = programOf("child", [send, { id: "out", type: "control.return", output: { id: x("vars.sent.id") } }], {
  payload: { type: "object", required: ["to"], properties: { to: { type: "string" } } },
});
const call = {
  id: "call",
  type: "control.callWorkflow",
  workflow: "child",
  input: { to: x("payload.name") },
  saveAs: "told",
};
const parent = programOf("parent", [
  { ...call, output: { "vars.sent": x("childRun.vars.sent") } },
  { id: "done", type: "control.return", output: { told: x("vars.told.id"), sent: x("vars.sent.id") } },
]);

function ran(
  given: Omit<ScenarioDefinition, "name">,
  programs: { readonly [key: string]: Program } = { child },
  main = parent,
) {
  const { name: _, ...rest } = given as ScenarioDefinition;
  const scenario = scenarioOf(rest);
  const workflows: Record<string, (typeof scenario)["workflows"][string]> = { ...scenario.workflows };
  for (const [key, program] of Object.entries(programs)) workflows[key] = { ...workflows[key], program };
  return runScenario(main, { ...scenario, workflows });
}

test("[SCN-01] a called workflow is run, with its calls among the effects and its steps in the coverage", () => {
  const result = ran({
    payload: { name: "ada" },
    mocks: { send: { output: { id: "m-1" }, after: "3s" } },
    expect: {
      output: { told: "m-1", sent: "m-1" },
      trace: ["call SUCCEEDED", "done SUCCEEDED"],
      effects: [{ workflow: "child", action: "mail.send@1", stepId: "send", input: { to: "ada" } }],
      took: "3s",
    },
  });
  expect(said(result)).toEqual([]);
  expect(result.coverage).toEqual({
    parent: { steps: ["call", "done"], branches: [] },
    child: { steps: ["send", "out"], branches: [] },
  });
});

test("[SCN-01] or a result stands in for it, by turns and after a time", () => {
  const retry = { maxAttempts: 2, backoffMs: 1_000, retryOn: ["CHILD_FAILED"] };
  const twice = programOf("parent", [
    { ...call, retry },
    { id: "done", type: "control.return", output: x("vars.told") },
  ]);
  const given: Omit<ScenarioDefinition, "name"> = {
    payload: { name: "ada" },
    workflows: {
      child: [
        { fail: "BusinessError NO_MAIL", after: 500 },
        { output: { id: x("input.to & attempt") }, after: "1m" },
      ],
    },
    expect: { output: { id: "ada2" }, effects: [], took: 61_500 },
  };
  expect(said(ran(given, {}, twice))).toEqual([]);
  // Its definition is here, and the scenario's word still holds.
  expect(said(ran(given, { child }, twice))).toEqual([]);
});

test("a child's failure is a ChildWorkflowError with the child's own error inside", () => {
  const result = ran({
    payload: { name: "ada" },
    mocks: { send: { fail: "ActionError NO_MAIL" } },
    expect: {
      error: {
        category: "ChildWorkflowError",
        code: "CHILD_FAILED",
        stepId: "call",
        details: { workflow: "child", error: { category: "ActionError", code: "NO_MAIL", stepId: "send" } },
      },
    },
  });
  expect(said(result)).toEqual([]);
});

test("[CASE-32] a payload that the called workflow does not take is a ValidationError at the call, with its pointer", () => {
  const result = ran({
    payload: {},
    expect: {
      error: {
        category: "ValidationError",
        code: "PAYLOAD_INVALID",
        stepId: "call",
        details: { issues: [{ pointer: "/to", message: { $exists: true } }] },
      },
      effects: [],
    },
  });
  expect(said(result)).toEqual([]);
});

test("a first scenario of a workflow that calls another mocks the actions of both", () => {
  const workflows = { child: { program: child } };
  const {
    name,
    payload,
    mocks,
    expect: expected,
  } = skeletonOf(parent, { now: scenarioOf({}).now, workflows }).scenarios[0];
  expect([payload, mocks]).toEqual([{}, undefined]);
  const named = programOf("parent", [{ ...call, input: { to: "ada" } }]);
  const [skeleton] = skeletonOf(named, { now: scenarioOf({}).now, workflows }).scenarios;
  expect(skeleton["mocks"]).toEqual({ "child/send": { output: {} } });
  expect(said(ran(skeleton as unknown as ScenarioDefinition, { child }, named))).toEqual([]);
  expect([name, (expected as { error: object }).error]).toEqual([
    "as it stands",
    { category: "ValidationError", code: "PAYLOAD_INVALID", stepId: "call" },
  ]);
});

test("a cancel reaches the child, which undoes what it did", () => {
  const undoing = programOf("child", [
    {
      id: "trip",
      type: "control.saga",
      body: [
        { ...send, compensate: [{ id: "undo", type: "action.call", action: "shop.undo@1", input: {} }] },
        { id: "rest", type: "time.wait", durationMs: 60_000 },
      ],
    },
  ]);
  const result = ran(
    {
      payload: { name: "ada" },
      mocks: { send: { output: {} }, undo: { output: {}, after: "2s" } },
      cancelAt: "5s",
      expect: {
        status: "canceled",
        trace: ["call CANCELED"],
        effects: [
          { workflow: "child", stepId: "send" },
          { workflow: "child", stepId: "undo" },
        ],
      },
    },
    { child: undoing },
  );
  expect(said(result)).toEqual([]);
});

test("a workflow of which nothing is known stops the scenario and is named", () => {
  const result = ran({ payload: { name: "ada" } }, {});
  expect(said(result)).toEqual([
    "/workflows call called child. Nothing says what it gives, and its definition is not here.",
  ]);
});

test("mocks of a child's steps may say whose they are", () => {
  const both = programOf("parent", [{ ...send, id: "send", input: { to: "me" } }, call]);
  const result = ran(
    {
      payload: { name: "ada" },
      mocks: { send: { output: { id: "own" } }, "child/send": { output: { id: "child's" } } },
      expect: { vars: { sent: { id: "own" }, told: { id: "child's" } } },
    },
    { child },
    both,
  );
  expect(said(result)).toEqual([]);
  expect(said(ran({ mocks: { "child/sent": { output: 1 } } }))).toEqual([
    '/mocks/child~1sent No action and no step that calls one is called "child/sent". Did you mean "child/send"?',
  ]);
});

test("workflows call each other eight deep, and no deeper", () => {
  const loop = programOf("loop", [{ id: "again", type: "control.callWorkflow", workflow: "grandchild", input: {} }]);
  const grandchild = programOf("grandchild", [
    { id: "back", type: "control.callWorkflow", workflow: "loop", input: {} },
  ]);
  const result = ran({ expect: { status: "failed" } }, { loop, grandchild }, loop);
  expect(said(result)).toEqual([]);
  expect(JSON.stringify(result.outcome)).toContain("CHILD_DEPTH");
});

test("[CHD-05] what a child leaves says of it what its own expressions saw, and nothing of how it was run", () => {
  const own = programOf("child", [{ id: "out", type: "control.return", output: x("meta") }], { semantics: 1 });
  const main = programOf("parent", [
    { ...call, output: { "vars.meta": x("childRun.meta"), "vars.same": x("childRun.meta = childRun.system") } },
  ]);
  const { vars, failures } = ran({ payload: { name: "ada" }, expect: { vars: { same: true } } }, { child: own }, main);
  expect(failures).toEqual([]);
  expect(vars["meta"]).toEqual(vars["told"]);
  expect(vars["meta"]).toMatchObject({ workflow: "child", runtimeSemanticsVersion: 1 });
});
