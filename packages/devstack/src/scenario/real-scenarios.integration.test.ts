import { runScenario } from "@mainspring/core";
import type { ScenarioResult } from "@mainspring/core";
import { checkDefinition, parseScenarios } from "@mainspring/core/compile";
import type { ActionEntry } from "@mainspring/core/compile";
import { expect, test } from "vitest";
import { runRealScenarios, type RealCase } from "./real-scenarios.ts";

const action = (id: string, facts: Partial<ActionEntry> = {}): ActionEntry => {
  const schemas = { inputSchema: {}, outputSchema: {} };
  return { id, effect: "idempotent", execution: "remote", batch: false, timeoutMs: 5_000, ...schemas, ...facts };
};
const progress = { say: () => {}, step: <Of>(_: string, work: () => Promise<Of>) => work() };

function caseOf(
  steps: readonly object[],
  scenario: object,
  actions: readonly ActionEntry[],
  file: object = {},
): RealCase {
  const text = JSON.stringify({ workflow: "tried", semantics: 2, steps });
  const catalogue = { actions };
  const { program, issues } = checkDefinition(text, catalogue);
  if (program === undefined) throw new Error(JSON.stringify(issues));
  const parsed = parseScenarios({ ...file, scenarios: [{ name: "tried", payload: {}, ...scenario }] });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const [first] = parsed.scenarios;
  if (first === undefined) throw new Error("There is no scenario.");
  return { program, source: { text, catalogue }, scenario: first, virtual: runScenario(program, first, { actions }) };
}

const send = { id: "send", type: "action.call", action: "post.send@1", input: { to: "ada" }, saveAs: "sent" };
const wait = {
  id: "wait",
  type: "event.wait",
  event: "read",
  correlationKey: "ada",
  timeout: { durationMs: 86_400_000 },
};
const mocks = { send: { output: { n: 1 } } };
const actions = [action("post.send@1")];

/** What the virtual clock is said to have shown. */
function said(one: RealCase, change: Partial<ScenarioResult>): RealCase {
  return { ...one, virtual: { ...one.virtual, ...change } };
}

test("[SCN-01] a run that goes otherwise than on the virtual clock fails, whatever was expected", async () => {
  const one = caseOf([send, { ...send, id: "again" }], { mocks: { "post.send@1": { output: { n: 1 } } } }, actions);
  const { trace, effects, outcome } = one.virtual;
  expect([one.virtual.failures, outcome?.status, trace.length]).toEqual([[], "succeeded", 2]);
  const results = await runRealScenarios(
    [
      one,
      said(one, { trace: trace.slice(0, 1) }),
      said(one, { trace: trace.map((step) => ({ ...step, attempt: 2 })) }),
      said(one, { effects: effects.map((effect) => ({ ...effect, input: { to: "bob" } })) }),
      said(one, { vars: { sent: { n: 2 } } }),
      said(one, { vars: {} }),
      said(one, { state: "sent" }),
      said(one, { outcome: { status: "succeeded", output: "sent" } }),
    ],
    progress,
  );
  const told = results.map((result) =>
    "leftOut" in result ? result.leftOut : result.failures.map(({ message }) => message.slice(0, 47)),
  );
  expect(told).toEqual([
    [],
    ["Unlike on the virtual clock (/trace): The step "],
    ["Unlike on the virtual clock (/trace): The step "],
    ["Unlike on the virtual clock (/effects): The cal"],
    ["Unlike on the virtual clock (/vars/sent/n): var"],
    ["Unlike on the virtual clock (/vars/sent): vars."],
    ["Unlike on the virtual clock (/state): The state"],
    ["Unlike on the virtual clock (/output): The outp"],
  ]);
});

test("a run that waits for ever, one that is cancelled in a call, and an event before the start", async () => {
  const { timeout: _, ...forEver } = wait;
  const cases = [
    caseOf([send, forEver], { mocks, expect: { status: "waiting" } }, actions),
    caseOf(
      [send, wait],
      { mocks: { send: { never: true } }, cancelAt: { waits: "send", plus: "1s" }, expect: { status: "canceled" } },
      actions,
    ),
    caseOf([send, wait], { mocks, events: [{ name: "read", key: "ada", at: "-10s" }] }, actions),
  ];
  expect(cases.map(({ virtual }) => virtual.failures)).toEqual([[], [], []]);
  expect(await runRealScenarios(cases, progress)).toMatchObject(cases.map(() => ({ failures: [] })));
});

/** Calls `helper`, which is run, or of which the scenario says what it gives. */
function callingCase(more: object, scenario: object, helper?: readonly object[]): RealCase {
  const call = {
    id: "call",
    type: "control.callWorkflow",
    workflow: "helper",
    input: { n: 2 },
    saveAs: "given",
    ...more,
  };
  const keep = { id: "keep", type: "transform.assign", assign: { caught: { $expr: "error" } } };
  const steps = [{ id: "try", type: "control.tryCatch", try: [call], catch: [keep] }];
  const text = JSON.stringify({ workflow: "tried", semantics: 2, steps });
  const catalogue = { actions, workflows: [{ key: "helper", version: 1 }] };
  const { program, issues } = checkDefinition(text, catalogue);
  if (program === undefined) throw new Error(JSON.stringify(issues));
  const parsed = parseScenarios({ scenarios: [{ name: "calls", payload: {}, ...scenario }] });
  const [first] = "issues" in parsed ? [] : parsed.scenarios;
  if (first === undefined) throw new Error(JSON.stringify(parsed));
  const called = helper && checkDefinition(JSON.stringify({ workflow: "helper", steps: helper }), { actions }).program;
  const whole = called === undefined ? first : { ...first, workflows: { helper: { program: called } } };
  return { program, source: { text, catalogue }, scenario: whole, virtual: runScenario(program, whole, { actions }) };
}

test("[CHD-05] [CHD-06] [CHD-07] a called workflow is run with its mocks, or gives what the scenario says, as on the virtual clock", async () => {
  const done = { id: "done", type: "control.return", output: { $expr: "vars.sent.n + payload.n" } };
  const output = { "vars.of": { $expr: "[childRun.runId, childRun.payload, childRun.output]" } };
  const raise = { id: "stop", type: "control.raise", code: "NO_STOCK", message: "none" };
  const sends = { helper: { output: 7 } };
  const twice = { helper: [{ fail: { category: "BusinessError", code: "BUSY" } }, { output: { ok: true } }] };
  const cases = [
    callingCase({ output }, { mocks: { "helper/send": { output: { n: 40 } } } }, [send, done]),
    callingCase({ output }, { workflows: sends }),
    callingCase({}, {}, [raise]),
    callingCase(
      {},
      { workflows: { helper: { fail: { category: "BusinessError", code: "NO_STOCK", details: { n: 1 } } } } },
    ),
    callingCase({ retry: { maxAttempts: 2, backoffMs: 10, retryOn: ["BUSY"] } }, { workflows: twice }),
    callingCase({}, { mocks, events: [{ name: "read", key: "ada", at: "100ms" }] }, [
      send,
      { ...wait, id: "hear", saveAs: "heard" },
    ]),
    callingCase({}, { cancelAt: { waits: "call", plus: "50ms" }, expect: { status: "canceled" } }, [wait]),
    callingCase(
      {},
      {
        mocks: { send: { output: { n: 1 } }, unsend: { output: null } },
        cancelAt: { waits: "wait", plus: "50ms" },
        expect: { status: "canceled", effects: ["send", "unsend"].map((stepId) => ({ workflow: "helper", stepId })) },
      },
      [{ id: "saga", type: "control.saga", body: [{ ...send, compensate: [{ ...send, id: "unsend" }] }, wait] }],
    ),
    callingCase(
      {},
      { workflows: { helper: { never: true } }, cancelAt: { waits: "call" }, expect: { status: "canceled" } },
    ),
    callingCase({}, { workflows: { helper: { output: 1, after: "2100ms" } } }),
  ];
  expect(cases.map(({ virtual }) => virtual.failures)).toEqual(cases.map(() => []));
  expect(cases[0]?.virtual.vars).toMatchObject({ given: 42, of: ["run-2", { n: 2 }, 42] });
  expect(cases[4]?.virtual.vars).toMatchObject({ given: { ok: true } });
  expect(await runRealScenarios(cases, progress)).toMatchObject([
    ...cases.slice(0, -1).map(() => ({ failures: [] })),
    { leftOut: "call waits 2.1 s for an answer or a next try" },
  ]);
});

const ok = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
const ask = { id: "ask", type: "human.task", title: "Fine?", assignTo: { users: ["ada"] }, form: ok, saveAs: "said" };

test("[SCN-01] tasks are answered as the API answers them: in turn, by whom it was, refused as expected, and by named forms", async () => {
  const named = { ...ask, id: "named", form: { ref: "count" }, saveAs: "counted" };
  const each = { id: "each", type: "control.forEach", items: [1, 2], body: [{ ...ask, id: "one", title: "Each?" }] };
  const answer = { step: "ask", answer: { ok: true }, by: "ada" };
  const counted = { step: "named", answer: 7 };
  const cases = [
    caseOf([ask, send], { mocks, answers: [answer] }, actions),
    caseOf([ask, wait], { answers: [answer], events: [{ name: "read", key: "ada", at: { waits: "wait" } }] }, actions),
    caseOf(
      [ask],
      {
        answers: [
          { ...answer, answer: { ok: 1 }, refused: true, at: { waits: "ask" } },
          { ...answer, answer: { ok: 2 }, refused: "/ok", at: { waits: "ask" } },
          answer,
          { ...answer, refused: true, at: { waits: "ask", plus: "1s" } },
        ],
      },
      actions,
    ),
    caseOf([{ ...ask, timeout: { durationMs: 500 } }], { expect: { error: { code: "WAIT_TIMEOUT" } } }, actions),
    caseOf(
      [each],
      {
        answers: [
          { step: "one[0]", answer: { ok: true } },
          { step: "one[1]", answer: { ok: false } },
        ],
      },
      actions,
    ),
    caseOf([named], { answers: [counted] }, actions, { forms: { count: { type: "integer" } } }),
    caseOf(
      [{ ...named, form: { ref: "approval" } }],
      { answers: [{ step: "named", answer: { approved: true } }] },
      actions,
    ),
    caseOf([ask], { expect: { status: "waiting" } }, actions),
    caseOf([ask], { cancelAt: { waits: "ask" }, expect: { status: "canceled" } }, actions),
  ];
  expect(cases.map(({ virtual }) => virtual.failures)).toEqual(cases.map(() => []));
  const [first] = cases as [RealCase];
  const results = await runRealScenarios([...cases, said(first, { vars: { said: { ok: false } } })], progress);
  const told = results.map((result) => ("leftOut" in result ? result.leftOut : result.failures));
  expect(told.slice(0, -1)).toEqual(told.slice(0, -1).map(() => []));
  const compared = { message: expect.stringContaining("Unlike on the virtual clock (/vars/said/ok)") as string };
  expect(told.at(-1)).toEqual(expect.arrayContaining([expect.objectContaining(compared)]));
});

test("what takes too long and what clashes is left out, each with its reason", async () => {
  const never = { mocks: { send: { never: true } }, expect: { error: { code: "ACTION_TIMEOUT" } } };
  const later = { mocks: { send: { output: 1, after: "2100ms" } } };
  const until = { id: "due", type: "time.wait", until: { $expr: "payload.at" } };
  const cases = [
    caseOf([send], { mocks }, actions),
    caseOf([wait], { expect: { error: { code: "WAIT_TIMEOUT" } } }, actions),
    caseOf([send], never, actions),
    caseOf([send], later, actions),
    caseOf([send], { mocks }, [action("post.send@1", { effect: "once" })]),
    caseOf([send], {}, actions),
    caseOf([until], { now: "2131-01-07T09:00:00Z", payload: { at: "2131-01-07T08:00:00Z" } }, actions),
  ];
  const results = await runRealScenarios(cases, progress);
  expect(results.map((result) => ("leftOut" in result ? result.leftOut : result.failures))).toMatchObject([
    [],
    "a timer of 1 d runs to its end",
    "send waits 5 s for an answer or a next try",
    "send waits 2.1 s for an answer or a next try",
    "another file declares post.send@1 with other facts; run this file by itself",
    [{ path: "/mocks", message: "send called post.send@1. Nothing says what post.send@1 answers." }],
    "2131-01-07T08:00:00.000Z has passed on the virtual clock alone",
  ]);
});
