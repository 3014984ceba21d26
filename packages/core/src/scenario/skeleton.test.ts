import { expect, test } from "vitest";
import { parseScenarios } from "../compile/scenario/parse-scenarios.ts";
import { scenarioText } from "../compile/scenario/scenario-text.ts";
import type { Program } from "../program/program.ts";
import { validate } from "../schema/validate.ts";
import { x } from "../testing/build-program.ts";
import { programWith } from "../testing/scenario.ts";
import { zoneOffset } from "../host/zone-offset.ts";
import type { JsonObject } from "../values/json.ts";
import { runScenario } from "./run-scenario.ts";
import { sampleOf } from "./sample.ts";
import type { ScenarioWorld } from "./scenario.ts";
import { skeletonOf } from "./skeleton.ts";

const now = "2030-01-07T09:00:00.000Z";

/** The skeleton as its file has it, and what comes of running that. */
function begun(program: Program, world: ScenarioWorld = {}) {
  const file = skeletonOf(program, { now }, world);
  const text = scenarioText(file, " Scenarios");
  const parsed = parseScenarios(text);
  if ("issues" in parsed) throw new Error(`${JSON.stringify(parsed.issues)}\n${text}`);
  const [scenario] = parsed.scenarios;
  return {
    text,
    file,
    skeleton: file.scenarios[0],
    failures: scenario === undefined ? [] : runScenario(program, scenario, world).failures,
  };
}

const program = programWith(
  [
    { id: "pay", type: "action.call", action: "shop.charge@1", input: { of: x("payload.orderId") }, saveAs: "paid" },
    {
      id: "answer",
      type: "event.wait",
      event: "order.answered",
      correlationKey: x("payload.orderId"),
      timeout: { durationMs: 1_000 },
      filters: [
        { path: "payload.amount", op: ">", value: 5 },
        { path: "status.code", op: "in", value: ["ok", "fine"] },
        { path: "note", op: "exists" },
      ],
      saveAs: "answer",
    },
    {
      id: "loop",
      type: "control.forEach",
      items: [1, 2],
      body: [{ id: "log", type: "action.call", action: "log.write@1", input: { message: "x" } }],
    },
    { id: "state", type: "state.set", state: "answered" },
    { id: "done", type: "control.return", output: { paid: x("vars.paid.id"), answer: x("vars.answer") } },
  ],
  {
    payload: {
      type: "object",
      required: ["orderId"],
      properties: { orderId: { type: "string" }, more: { type: "string" } },
    },
  },
);
const actions = [
  {
    id: "shop.charge@1",
    outputSchema: { type: "object", required: ["id"], properties: { id: { type: "string", examples: ["c-1"] } } },
  },
];

test("[SCN-01] a first scenario has a payload, mocks and events that lead to the end, and passes as it stands", () => {
  const { skeleton, failures } = begun(program, { actions });
  expect(failures).toEqual([]);
  expect(skeleton).toMatchObject({
    payload: { orderId: "text" },
    mocks: { pay: { output: { id: "c-1" } } },
    events: [
      {
        name: "order.answered",
        key: "text",
        payload: { amount: 6, status: { code: "ok" }, note: true },
        at: { waits: "answer" },
      },
    ],
    expect: {
      output: { paid: "c-1", answer: { amount: 6, status: { code: "ok" }, note: true } },
      state: "answered",
      trace: [
        "pay SUCCEEDED",
        "answer SUCCEEDED",
        "loop SUCCEEDED",
        "log[0] SUCCEEDED",
        "log[1] SUCCEEDED",
        "state SUCCEEDED",
        "done SUCCEEDED",
      ],
    },
  });
});

test("people answer what the form allows", () => {
  const form = { type: "object", required: ["ok"], properties: { ok: { type: "boolean" } } };
  const people = { assignTo: { users: ["ada"] } };
  const asking = programWith([
    { id: "ask", type: "human.task", title: "Fine?", ...people, form, saveAs: "answer" },
    { id: "again", type: "human.task", title: "Sure?", ...people, form: { ref: "sure" }, timeout: { durationMs: 5 } },
    { id: "done", type: "control.return", output: x("vars.answer") },
  ]);
  const { skeleton, failures } = begun(asking);
  expect(failures).toEqual([]);
  expect(skeleton).toMatchObject({
    answers: [
      { step: "ask", answer: { ok: true }, by: "ada" },
      { step: "again", answer: {}, by: "ada" },
    ],
    expect: { output: { ok: true } },
  });
});

test("forms and calendars of a tenant are declared, for their author to say what they are", () => {
  const chase = programWith([
    { id: "ask", type: "human.task", title: "Fine?", assignTo: { users: ["ada"] }, form: { ref: "visit" } },
    { id: "wait", type: "time.wait", business: { days: 1, calendar: "office" } },
  ]);
  const { file, failures } = begun(chase, { zoneOffset });
  expect(failures).toEqual([]);
  expect(file).toMatchObject({
    forms: { visit: {} },
    calendars: { office: { zone: "UTC", week: { "mon-fri": ["09:00-17:00"] } } },
  });
});

test("a workflow that fails with samples has that as its expectation", () => {
  const failing = programWith([{ id: "check", type: "control.raise", code: "NOT_YET", message: "not yet" }]);
  const { skeleton, failures } = begun(failing);
  expect(failures).toEqual([]);
  expect(skeleton["expect"]).toMatchObject({ error: { category: "BusinessError", code: "NOT_YET", stepId: "check" } });
});

test("the file is written for people: small values in one line, and nothing wider than needed", () => {
  const { text } = begun(program, { actions });
  expect(text).toMatch(/^# Scenarios\n\nscenarios:\n {2}- name: as it stands\n {4}payload: \{ orderId: text \}\n/);
  expect(text).toContain("        - { action: shop.charge@1, stepId: pay, input: { of: text } }\n");
});

test.each<JsonObject>([
  {},
  { type: "object", required: ["a", "b"], properties: { a: { type: "integer", minimum: 7 }, b: { enum: ["x", "y"] } } },
  { type: "array", items: { type: "string", format: "date" }, minItems: 2 },
  { type: "array", prefixItems: [{ const: 1 }, { type: "boolean" }], minItems: 2 },
  { type: ["string", "null"], minLength: 9 },
  { type: "string", maxLength: 2 },
  { type: "string", format: "uuid" },
  { type: "string", format: "uri" },
  { type: "string", format: "email" },
  { type: "string", format: "date-time" },
  { type: "number", exclusiveMinimum: 0, multipleOf: 5 },
  { type: "number", maximum: -3 },
  { oneOf: [{ type: "object", required: ["k"], properties: { k: { const: "a" } } }, { type: "null" }] },
  { allOf: [{ type: "object", required: ["a"] }, { properties: { a: { type: "null" } } }] },
  {
    $ref: "#/$defs/p",
    $defs: { p: { type: "object", required: ["n"], properties: { n: { $ref: "#/$defs/q" } } }, q: { default: 4 } },
  },
  { type: "string", examples: [3, "three"] },
])("a sample of %j fits it", (schema) => {
  expect(validate(schema, sampleOf(schema))).toEqual([]);
});
