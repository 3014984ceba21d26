import { expect, test } from "vitest";
import { validate } from "../schema/validate.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { definitionJsonSchema } from "./json-schema.ts";

const schema = definitionJsonSchema();

test("[LNG-01] no key of the language names a concept of Temporal", () => {
  const names: string[] = [];
  collectNames(schema, names);
  expect(names.length).toBeGreaterThan(50);
  expect(
    names.filter((name) =>
      /queue|signal|activit|workflowId|temporal|namespace|continueAsNew|heartbeat|searchAttribute/i.test(name),
    ),
  ).toEqual([]);
});

function collectNames(part: Json, names: string[]): void {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part) && typeof part["properties"] === "object" && part["properties"] !== null)
    names.push(...Object.keys(part["properties"]));
  for (const member of Object.values(part)) collectNames(member, names);
}

test("every reference leads to a named definition, and every step type is one", () => {
  const defs = schema["$defs"] as JsonObject;
  const text = JSON.stringify(schema);
  for (const [, name = ""] of text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)) expect(defs).toHaveProperty(name);
  expect((defs["Step"] as JsonObject)["oneOf"]).toHaveLength(16);
});

/** Our validator takes a subset: patterns and names of properties are left to editors. */
function usableHere(whole: JsonObject): Json {
  return JSON.parse(
    JSON.stringify(whole, (key, part: unknown) => (key === "pattern" || key === "propertyNames" ? undefined : part)),
  ) as Json;
}

test("of a known action the schema has the input, each part of which may be an expression", () => {
  const list: JsonObject = { type: "array", items: { oneOf: [{ $ref: "#/$defs/line" }, { const: "none" }] } };
  const line: JsonObject = { type: "object", required: ["sku"], properties: { sku: { type: "string" } } };
  const inputSchema: JsonObject = {
    type: "object",
    required: ["amount"],
    properties: { amount: { type: "number", not: { const: 0 } }, lines: list, note: {}, card: { sensitive: true } },
    additionalProperties: false,
    $defs: { line },
  };
  const known = usableHere(
    definitionJsonSchema({
      actions: [
        { id: "shop.charge@1", inputSchema },
        { id: "pack.do@1", inputSchema, secrets: false },
      ],
    }),
  );
  const problems = (action: string, input: Json): number =>
    validate(known, { workflow: "edited", steps: [{ id: "a", type: "action.call", action, input }] }).length;
  const charge = (input: Json): number => problems("shop.charge@1", input);
  expect(charge({ amount: 5, lines: [{ sku: "a" }, "none", { $expr: "payload.line" }], note: [1] })).toBe(0);
  expect(charge({ amount: { $expr: "payload.n" }, lines: { $expr: "payload.lines" }, card: { $secret: "card" } })).toBe(
    0,
  );
  expect(charge({ $expr: "payload.charge" })).toBe(0);
  expect(charge({ amount: 5, lines: [{ sku: { $literal: "a" } }] })).toBe(0);
  expect(charge({})).toBeGreaterThan(0);
  expect(charge({ amount: "5" })).toBeGreaterThan(0);
  expect(charge({ amount: 5, lines: [{}] })).toBeGreaterThan(0);
  expect(charge({ amount: 5, more: 1 })).toBeGreaterThan(0);
  expect(problems("shop.charge@2", { anything: 1 })).toBe(0);
  expect(problems("pack.do@1", { amount: { $expr: "payload.n" } })).toBe(0);
  expect(problems("pack.do@1", { amount: { $secret: "n" } })).toBeGreaterThan(0);
});

test("editors accept what the language accepts, and mark what it refuses", () => {
  const usable = usableHere(schema);
  const problems = (steps: readonly Json[]): number =>
    validate(usable, { workflow: "edited", steps: [...steps] }).length;
  const wait = { id: "w", type: "time.wait" };
  expect(problems([{ ...wait, durationMs: 5 }])).toBe(0);
  expect(problems([{ ...wait, durationMs: { $expr: "payload.n" } }])).toBe(0);
  expect(
    problems([{ id: "c", type: "control.if", condition: true, then: [{ ...wait, until: { $expr: "now" } }] }]),
  ).toBe(0);
  expect(problems([{ ...wait }])).toBeGreaterThan(0);
  expect(problems([{ ...wait, durationMs: 5, until: "x" }])).toBeGreaterThan(0);
  expect(problems([{ ...wait, durationMs: "5" }])).toBeGreaterThan(0);
  expect(problems([{ id: "x", type: "teleport" }])).toBeGreaterThan(0);
  expect(problems([{ id: "r", type: "control.return", outptu: 1 }])).toBeGreaterThan(0);
});
