import { expect, test } from "vitest";
import type { Definition } from "../definition/definition.ts";
import { parseDefinition } from "./parse-definition.ts";

function parsed(source: unknown): Definition {
  const result = parseDefinition(source);
  if ("issues" in result) throw new Error(JSON.stringify(result.issues));
  return result.definition;
}

const yaml = `
workflow: order-fulfilment
name: Order fulfilment
triggers:
  - { id: on-order, event: order.placed, when: { $expr: 'event.payload.total > 0' } }
steps:
  - id: paid
    type: event.wait
    event: payment.received
    correlationKey: { $expr: payload.orderId }
    timeout: { business: { days: 2, calendar: default } }
  - { id: done, type: control.return, output: { text: |-
      two
      lines } }
`.replace("text: |-\n      two\n      lines", 'text: "two\\nlines"');

test("the same definition comes out of YAML, of JSON and of an object", () => {
  const fromYaml = parsed(yaml);
  expect(parsed(JSON.stringify(fromYaml))).toEqual(fromYaml);
  expect(parsed(JSON.stringify(fromYaml, undefined, 2))).toEqual(fromYaml);
  expect(parsed(fromYaml)).toEqual(fromYaml);
  expect(fromYaml.steps[1]).toMatchObject({ output: { text: "two\nlines" } });
});

test("an object given in code is copied: changing it afterwards changes nothing", () => {
  const given = {
    workflow: "copy-me",
    steps: [{ id: "a", type: "state.set", state: { n: 1 as number, gone: undefined } }],
  };
  const definition = parsed(given);
  given.steps[0]!.state.n = 2;
  expect(definition.steps[0]).toEqual({ id: "a", type: "state.set", state: { n: 1 } });
});

test("[LNG-02] every step type of the language is accepted", () => {
  const block = [{ id: "inner", type: "control.return" }];
  const steps = [
    {
      id: "s1",
      type: "action.call",
      action: "http.request@1",
      input: { url: "x", token: { $secret: "t", format: "Bearer {}" } },
    },
    {
      id: "s2",
      type: "event.wait",
      event: "paid",
      correlationKey: { $expr: "payload.id" },
      filters: [{ path: "a", op: "exists" }],
      lookbackMs: 0,
    },
    { id: "s3", type: "time.wait", durationMs: { $expr: "5 * 1000" } },
    {
      id: "s4",
      type: "human.task",
      title: "T",
      assignTo: { groups: ["g"] },
      form: { ref: "f" },
      dueMs: 5,
      reminders: { everyMs: 5, max: 2 },
    },
    { id: "s5", type: "control.if", condition: true, then: block },
    {
      id: "s6",
      type: "control.forEach",
      items: [1],
      body: block,
      collect: { value: { $expr: "item" }, saveAs: "all" },
    },
    {
      id: "s7",
      type: "control.tryCatch",
      try: block,
      catch: block,
      finally: block,
      catchOn: ["HTTP_503", "TimeoutError"],
    },
    {
      id: "s8",
      type: "control.callWorkflow",
      workflow: "child",
      input: {},
      output: { "vars.a": { $expr: "childRun.output" } },
      version: "latest",
    },
    {
      id: "s9",
      type: "transform.assign",
      assign: { "vars.a": 1, "/vars/b": 2, c: { $literal: { $expr: "as it stands" } } },
    },
    { id: "s10", type: "state.set", state: "waiting" },
    { id: "s11", type: "control.switch", cases: [{ when: true, steps: block }], default: block },
    { id: "s12", type: "control.while", condition: { $expr: "iteration < 3" }, body: block, maxIterations: 3 },
    { id: "s13", type: "control.parallel", branches: [{ id: "a", steps: block }], completion: { quorum: 1 } },
    { id: "s14", type: "control.saga", body: block, compensateTimeoutMs: 5 },
    { id: "s15", type: "control.raise", code: "OUT_OF_STOCK", message: "m", details: { n: 1 } },
    { id: "s16", type: "control.return", output: null },
  ];
  expect(parsed({ workflow: "all-of-them", steps }).steps.map(({ type }) => type)).toEqual(
    steps.map(({ type }) => type),
  );
});

test("[LNG-03] a workflow may have no triggers or some, and an explicit null is refused", () => {
  expect(parsed({ workflow: "by-hand", steps: [] }).triggers).toBeUndefined();
  expect(parsed({ workflow: "by-event", triggers: [{ id: "t", event: "e" }], steps: [] }).triggers).toHaveLength(1);
  const refused = parseDefinition({ workflow: "by-null", triggers: null, steps: [] });
  expect(refused).toMatchObject({ issues: [{ code: "FIELD_TYPE", pointer: "/triggers" }] });
});

test("[LNG-12] a retry has the five fields and jitter, and no others", () => {
  const retry = {
    maxAttempts: 5,
    backoffMs: 500,
    backoffMultiplier: 3,
    maxDelayMs: 9_000,
    jitter: true,
    retryOn: ["TransientError", "HTTP_429"],
  };
  const withRetry = (more: object): object => ({
    workflow: "try-again",
    steps: [{ id: "a", type: "action.call", action: "a.b@1", input: {}, retry: { ...retry, ...more } }],
  });
  expect(parsed(withRetry({})).steps[0]).toMatchObject({ retry });
  expect(parseDefinition(withRetry({ factor: 2 }))).toMatchObject({
    issues: [{ code: "FIELD_UNKNOWN", pointer: "/steps/0/retry/factor" }],
  });
});

test.each(["eq", "neq", "==", "equals"])("[LNG-13] the filter operator %s is refused", (op) => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: "k", filters: [{ path: "a", op, value: 1 }] };
  expect(parseDefinition({ workflow: "by-word", steps: [wait] })).toMatchObject({
    issues: [{ code: "FIELD_INVALID", pointer: "/steps/0/filters/0/op" }],
  });
});

test.each(["=", "!=", "in", "not_in", ">", ">=", "<", "<=", "contains", "starts_with", "ends_with"])(
  "[LNG-13] the filter operator %s is accepted",
  (op) => {
    const wait = {
      id: "w",
      type: "event.wait",
      event: "e",
      correlationKey: "k",
      filters: [{ path: "a", op, value: ["x"] }],
    };
    expect(parsed({ workflow: "by-sign", steps: [wait] }).steps).toHaveLength(1);
  },
);

test.each([
  [{ durationMs: 5 }],
  [{ until: { $expr: "payload.at" } }],
  [{ business: { days: 1, hours: { $expr: "payload.h" }, calendar: "default" } }],
])("[LNG-14] time.wait takes %o alone", (time) => {
  expect(parsed({ workflow: "one-time", steps: [{ id: "w", type: "time.wait", ...time }] }).steps).toHaveLength(1);
});

test.each([
  [{}],
  [{ durationMs: 5, until: "2031-01-01T00:00:00Z" }],
  [{ durationMs: 5, business: { days: 1, calendar: "default" } }],
])("[LNG-14] time.wait refuses %o", (time) => {
  expect(parseDefinition({ workflow: "no-time", steps: [{ id: "w", type: "time.wait", ...time }] })).toMatchObject({
    issues: [{ code: "WHEN_NOT_ONE", pointer: "/steps/0", stepId: "w" }],
  });
});

test("aliases are written out, each with a copy of its own", () => {
  const definition = parsed(
    "workflow: aliased\nsteps:\n  - { id: a, type: state.set, state: &s { n: 1 } }\n  - { id: b, type: state.set, state: *s }\n",
  );
  const [a, b] = definition.steps as unknown as { state: object }[];
  expect(b!.state).toEqual({ n: 1 });
  expect(b!.state).not.toBe(a!.state);
});

test("YAML 1.2 is read by its core schema: yes, dates and sexagesimals are text", () => {
  const definition = parsed(
    "workflow: plain\nsteps:\n  - { id: a, type: state.set, state: [yes, no, 2031-03-30, 12:30, 0o17, ~, true, 1.5e3, <<] }\n",
  );
  expect(definition.steps[0]).toMatchObject({
    state: ["yes", "no", "2031-03-30", "12:30", 15, null, true, 1500, "<<"],
  });
});

test("flow YAML that is no JSON is read as YAML", () => {
  expect(parsed("{ workflow: flowing, steps: [ { id: a, type: control.return, }, ] }").steps).toHaveLength(1);
});

test("a byte order mark and Windows line ends do not disturb the lines", () => {
  const wrong = parseDefinition("\uFEFFworkflow: marked\r\nsteps:\r\n  - { id: a, type: nothing }\r\n");
  expect(wrong).toMatchObject({ issues: [{ code: "STEP_TYPE_UNKNOWN", line: 3 }] });
  const json = parseDefinition('\uFEFF{"workflow": "marked",\r\n"steps": [\r\n{"id": "a", "type": "nothing"}]}');
  expect(json).toMatchObject({ issues: [{ code: "STEP_TYPE_UNKNOWN", line: 3 }] });
});

test("what was read is handed over with problems of shape, so that a draft can keep it", () => {
  expect(parseDefinition("workflow: draft\nsteps: 5")).toMatchObject({
    document: { workflow: "draft", steps: 5 },
    issues: [{ code: "FIELD_TYPE" }],
  });
  expect(parseDefinition("workflow: [")).not.toHaveProperty("document");
});

test("JSON is read as JSON.parse reads it", () => {
  const document = {
    workflow: "same",
    steps: [
      {
        id: "a",
        type: "state.set",
        state: ['\u{1F600}"\\/\b\f\n\r\t\u2028é', -0.5, 1e21 / 1e6, 0, [], {}, [[{ "": null }]], true, false],
      },
    ],
  };
  expect(parsed(JSON.stringify(document))).toEqual(document);
  expect(parsed(JSON.stringify(document).replace("é", "\\u00e9"))).toEqual(document);
});
