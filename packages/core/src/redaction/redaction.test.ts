import { expect, test } from "vitest";
import type { Json } from "../values/json.ts";
import { maskEntry } from "./entry-mask.ts";
import { placeholderPointers, redactedPlaceholder } from "./placeholder.ts";
import { hasSensitive, maskBySchema, sensitiveValues } from "./sensitive.ts";
import { ValueMask } from "./value-mask.ts";

const schema: Json = {
  type: "object",
  properties: {
    name: { type: "string" },
    pin: { type: "string", sensitive: true },
    cards: { type: "array", items: { $ref: "#/$defs/card" } },
    either: { anyOf: [{ type: "object", properties: { code: { sensitive: true } } }, { type: "string" }] },
  },
  additionalProperties: { type: "object", properties: { hidden: { type: "boolean", sensitive: true } } },
  $defs: { card: { type: "object", properties: { number: { type: "string", sensitive: true } } } },
};
const value: Json = {
  name: "Ada",
  pin: "8841-2230",
  cards: [{ number: "4000 1234", of: "Ada" }, { number: 77 }],
  either: { code: { a: [1234, "xyzzy"] } },
  other: { hidden: true, shown: true },
};

test("[TEN-03] every value that a schema declares sensitive is masked, through references, items, alternatives and other members", () => {
  const before = JSON.stringify(value);
  expect(maskBySchema(schema, value)).toEqual({
    name: "Ada",
    pin: redactedPlaceholder,
    cards: [{ number: redactedPlaceholder, of: "Ada" }, { number: redactedPlaceholder }],
    either: { code: redactedPlaceholder },
    other: { hidden: redactedPlaceholder, shown: true },
  });
  expect(JSON.stringify(value)).toBe(before);
  expect(sensitiveValues(schema, value)).toEqual(["8841-2230", "4000 1234", 77, { a: [1234, "xyzzy"] }, true]);
  expect([hasSensitive(schema), hasSensitive({ type: "string" }), hasSensitive(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
});

test("[TEN-03] a sensitive value is masked wherever it was carried: whole, within texts, as a name, as a number", () => {
  const mask = new ValueMask(['8841-"2230', 77, 5, "x", { deep: ["xyzzy"] }]);
  expect(
    mask.value({
      a: 'Bearer 8841-"2230!',
      b: [77, 5, 770, "77", "x"],
      xyzzy: 1,
      "my xyzzy": 2,
      c: '{"p":"8841-\\"2230"}',
      d: true,
    }),
  ).toEqual({
    a: `Bearer ${redactedPlaceholder}!`,
    b: [redactedPlaceholder, 5, 770, redactedPlaceholder, "x"],
    [redactedPlaceholder]: 1,
    [`my ${redactedPlaceholder}`]: 2,
    c: `{"p":"${redactedPlaceholder}"}`,
    d: true,
  });
  expect(new ValueMask([]).isEmpty).toBe(true);
});

test("[TEN-04] placeholders are found with their pointers, also in names and within texts", () => {
  expect(placeholderPointers({ a: [redactedPlaceholder, "b"], "c/d": `x ${redactedPlaceholder}` })).toEqual([
    "/a/0",
    "/c~1d",
  ]);
  expect(placeholderPointers({ [redactedPlaceholder]: 1 })).toEqual([`/${redactedPlaceholder}`]);
  expect(placeholderPointers({ a: 1 })).toEqual([]);
});

test("[TEN-03] of an entry only what people brought is masked, never kinds, ids and times", () => {
  const mask = {
    values: new ValueMask(["actionSucceeded", "c1", "2031-01-01T00:00:00.000Z"]),
    facts: {
      inputs: new Map(),
      outputs: new Map([["root.steps[0]", { properties: { ok: { sensitive: true } } } as Json]]),
      forms: new Map(),
      namedForms: new Map(),
    },
    stepOf: (id: string) => (id === "c1" ? "root.steps[0]" : undefined),
  };
  const at = "2031-01-01T00:00:00.000Z";
  const event = { kind: "actionSucceeded", id: "c1", now: at, turn: 1, attempt: 1, output: { ok: true, is: "c1" } };
  expect(maskEntry({ seq: 3, at, kind: "input", data: { kind: "resume", event } }, mask)).toEqual({
    seq: 3,
    at,
    kind: "input",
    data: { kind: "resume", event: { ...event, output: { ok: redactedPlaceholder, is: redactedPlaceholder } } },
  });
});

test("[TEN-03] where nobody knows what is sensitive every text and number is masked, and the shape stays", () => {
  const mask = ValueMask.ofEverything();
  expect(mask.isEmpty).toBe(false);
  expect(mask.value({ a: "x", b: [1, true, null, ""], c: { d: 0 } })).toEqual({
    a: "[REDACTED]",
    b: ["[REDACTED]", true, null, ""],
    c: { d: "[REDACTED]" },
  });
  expect(mask.text("a sentence")).toBe("[REDACTED]");
});
