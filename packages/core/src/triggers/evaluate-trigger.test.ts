import { expect, test } from "vitest";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import type { ProgramTrigger, Value } from "../program/program.ts";
import { evaluateTrigger } from "./evaluate-trigger.ts";
import type { TriggerEvent } from "./evaluate-trigger.ts";

const now = "2031-03-04T12:30:00.000Z";
const event: TriggerEvent = {
  id: "e",
  name: "order.placed",
  source: "shop",
  payload: { id: "A", total: 140, lines: [{ sku: "x" }], note: "n".repeat(2_000) },
  correlationKey: null,
  receivedAt: "2031-03-04T12:00:00.000Z",
};

function expr(source: string): Value {
  const compiled = compileExpression(source);
  if (!("expression" in compiled)) throw new Error(JSON.stringify(compiled));
  return { kind: "expr", expression: compiled.expression };
}
const trigger = (more: Partial<ProgramTrigger>): ProgramTrigger => ({ id: "t", event: "order.placed", ...more });
const ask = (more: Partial<ProgramTrigger>) => evaluateTrigger(trigger(more), event, now);

test("without condition and mapping the event's payload starts the run", () => {
  expect(ask({})).toEqual({ verdict: "starts", payload: event.payload, values: {} });
});

test("[CAS-01] a condition that is false, null or nothing filters, and tells what it read", () => {
  const when = (source: string) => ask({ when: expr(source) });
  expect(when("event.payload.total > 200")).toEqual({
    verdict: "filtered",
    values: { condition: false, read: { "event.payload.total": 140 } },
  });
  expect(when("event.payload.vip")).toEqual({
    verdict: "filtered",
    values: { condition: null, read: { "event.payload.vip": null } },
  });
  expect(when("event.payload.total > 100 and event.correlationKey = null")).toMatchObject({
    verdict: "starts",
    values: { condition: true, read: { "event.payload.total": 140, "event.correlationKey": null } },
  });
  expect(when("event.payload.lines[0].sku = 'y'")).toMatchObject({
    values: { read: { "event.payload.lines": [{ sku: "x" }] } },
  });
  expect(when("$length(event.payload.note) = 1")).toMatchObject({
    values: { read: { "event.payload.note": "(2002 bytes)" } },
  });
});

test("[CAS-01] a condition that is no boolean, or fails, and a mapping that fails are told with their code", () => {
  expect(ask({ when: expr("event.payload.id") })).toMatchObject({
    verdict: "failed",
    part: "when",
    error: { code: "CONDITION_NOT_BOOLEAN" },
    values: { condition: "A" },
  });
  expect(ask({ when: expr("event.payload.id + 1 > 0") })).toMatchObject({
    verdict: "failed",
    part: "when",
    values: { read: { "event.payload.id": "A" } },
  });
  expect(ask({ when: expr("true"), payload: expr("event.payload.id + 1") })).toMatchObject({
    verdict: "failed",
    part: "payload",
    values: { condition: true },
  });
});

test("a mapped payload may be made of parts, and nothing is null as a whole and left out as a member", () => {
  const payload: Value = {
    kind: "object",
    entries: [
      ["orderId", expr("event.payload.id")],
      ["missing", expr("event.payload.missing")],
      ["kind", { kind: "literal", value: "order" }],
    ],
  };
  expect(ask({ payload })).toMatchObject({ verdict: "starts", payload: { orderId: "A", kind: "order" } });
  expect(ask({ payload: expr("event.payload.missing") })).toMatchObject({ verdict: "starts", payload: null });
});
