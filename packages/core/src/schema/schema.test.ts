import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSchema } from "./check-schema.ts";
import { isMultipleOf } from "./multiple-of.ts";
import { validate, validateMetered } from "./validate.ts";
import type { Json } from "../values/json.ts";

const order: Json = {
  type: "object",
  required: ["id", "lines"],
  additionalProperties: false,
  properties: {
    id: { type: "string", minLength: 1 },
    lines: { type: "array", minItems: 1, items: { $ref: "#/$defs/line" } },
    note: { type: ["string", "null"], sensitive: true },
  },
  $defs: {
    line: {
      type: "object",
      required: ["sku"],
      properties: { sku: { type: "string" }, count: { type: "integer", minimum: 1 } },
    },
  },
};

test("a value is checked with a code and a pointer for each thing that is wrong", () => {
  expect(checkSchema(order)).toEqual([]);
  expect(validate(order, { id: "o1", lines: [{ sku: "a", count: 2 }], note: null })).toEqual([]);
  const problems = validate(order, { id: "", lines: [{ count: 0 }, { sku: 1 }], "a/b": 1 });
  expect(problems.map(({ code, pointer }) => `${code} ${pointer}`).sort()).toEqual([
    "SCHEMA_ADDITIONAL /a~1b",
    "SCHEMA_LENGTH /id",
    "SCHEMA_RANGE /lines/0/count",
    "SCHEMA_REQUIRED /lines/0/sku",
    "SCHEMA_TYPE /lines/1/sku",
  ]);
});

test("[CASE-1] one value is not wrapped into a list: the problem names the field", () => {
  const schema: Json = { type: "object", properties: { tags: { type: "array", items: { type: "string" } } } };
  expect(validate(schema, { tags: "red" })).toMatchObject([
    { code: "SCHEMA_TYPE", pointer: "/tags", message: "must be array" },
  ]);
});

test("no value at all is a missing value", () => {
  expect(validate({}, undefined)).toMatchObject([{ code: "SCHEMA_REQUIRED", pointer: "" }]);
});

test("a message never repeats the value", () => {
  const problems = validate({ enum: ["a"], minLength: 99, format: "uuid", type: "number" }, "s3cret-value");
  expect(problems).toHaveLength(4);
  expect(JSON.stringify(problems)).not.toContain("s3cret");
});

test.each([
  ["pattern", { pattern: "^a" }, "/pattern"],
  ["patternProperties", { properties: { a: { patternProperties: {} } } }, "/properties/a/patternProperties"],
  ["contains", { anyOf: [{ contains: true }] }, "/anyOf/0/contains"],
  ["an unknown word", { items: { minLenght: 1 } }, "/items/minLenght"],
  ["a format that is not checked", { format: "hostname" }, "/format"],
  ["a reserved key", JSON.parse('{"__proto__":{}}') as Json, "/__proto__"],
])("the unsupported keyword is named with its pointer: %s", (_, schema, pointer) => {
  const problems = checkSchema(schema);
  expect(problems).toMatchObject([{ code: "SCHEMA_KEYWORD_UNSUPPORTED", pointer }]);
  expect(problems[0]?.message).toContain(
    pointer.endsWith("/format") ? "hostname" : (pointer.split("/").at(-1) as string),
  );
});

test.each([
  ["no object", 5, ""],
  ["an unknown type", { type: "text" }, "/type"],
  ["a list of items", { items: [{}] }, "/items"],
  ["a negative count", { minItems: -1 }, "/minItems"],
  ["a fraction of a character", { maxLength: 1.5 }, "/maxLength"],
  ["multiples of nothing", { multipleOf: 0 }, "/multipleOf"],
  ["properties as a list", { properties: [] }, "/properties"],
  ["a required flag of older drafts", { properties: { a: { required: true } } }, "/properties/a/required"],
  ["no alternatives", { anyOf: [] }, "/anyOf"],
])("a malformed schema is refused with its pointer: %s", (_, schema, pointer) => {
  expect(checkSchema(schema)).toMatchObject([{ code: "SCHEMA_SHAPE", pointer }]);
});

test.each([["#/$defs/none"], ["other.json"], ["#anchor"], ["#/enum/0"], ["#/%zz"]])(
  "a reference that leads nowhere is refused: %s",
  (ref) => {
    expect(checkSchema({ $ref: ref, enum: [{}] })).toMatchObject([{ code: "SCHEMA_REF", pointer: "/$ref" }]);
  },
);

test("references that never go into the value are refused, those that do are not", () => {
  expect(checkSchema({ $ref: "#" })).toMatchObject([{ code: "SCHEMA_REF_CYCLE" }]);
  const mutual = { $defs: { a: { allOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } };
  expect(checkSchema(mutual)[0]).toMatchObject({ code: "SCHEMA_REF_CYCLE" });
  const tree: Json = { type: "object", properties: { children: { type: "array", items: { $ref: "#" } } } };
  expect(checkSchema(tree)).toEqual([]);
  expect(validate(tree, { children: [{ children: [{ children: 5 }] }] })).toMatchObject([
    { pointer: "/children/0/children/0/children" },
  ]);
});

test("[SEC-06] alternatives that multiply end for lack of fuel, with the same count each time", () => {
  const $defs: Record<string, Json> = { l0: { type: "string" } };
  for (let i = 1; i <= 30; i += 1)
    $defs[`l${i}`] = { anyOf: [{ $ref: `#/$defs/l${i - 1}` }, { $ref: `#/$defs/l${i - 1}` }] };
  const schema: Json = { $ref: "#/$defs/l30", $defs };
  expect(checkSchema(schema)).toEqual([]);
  expect(validateMetered(schema, 5, { fuel: 10_000 })).toMatchObject({
    error: { code: "EXPR_FUEL" },
    fuelUsed: 10_000,
  });
  expect(validate(schema, 5, { fuel: 10_000 })).toMatchObject([{ code: "EXPR_FUEL" }]);
  expect(validateMetered(order, { id: "a", lines: [] }).fuelUsed).toBe(
    validateMetered(order, { lines: [], id: "b" }).fuelUsed,
  );
});

test("[SEC-06] a value and a schema that are nested very deeply are refused without exhausting the stack", () => {
  let value: Json = [];
  for (let i = 0; i < 100_000; i += 1) value = [value];
  expect(validate({ items: { $ref: "#" }, type: "array" }, value)).toMatchObject([{ code: "SCHEMA_TOO_DEEP" }]);
  let schema: Json = {};
  for (let i = 0; i < 100_000; i += 1) schema = { not: schema };
  expect(checkSchema(schema)).toMatchObject([{ code: "SCHEMA_TOO_DEEP" }]);
  const $defs: Record<string, Json> = {};
  for (let i = 0; i < 5000; i += 1) $defs[`d${i}`] = i === 4999 ? {} : { $ref: `#/$defs/d${i + 1}` };
  expect(checkSchema({ $defs })[0]).toMatchObject({ code: "SCHEMA_TOO_DEEP" });
});

test("[SEC-06] unique elements are found in linear work", () => {
  const items = Array.from({ length: 20_000 }, (_, i) => ({ i }));
  const started = performance.now();
  expect(validate({ uniqueItems: true }, items as Json)).toEqual([]);
  expect(validate({ uniqueItems: true }, [...items, { i: 7 }] as Json)).toMatchObject([{ code: "SCHEMA_UNIQUE" }]);
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("members of prototypes are no members", () => {
  expect(validate({ required: ["toString"] }, {})).toMatchObject([{ code: "SCHEMA_REQUIRED", pointer: "/toString" }]);
  expect(validate({ properties: { constructor: { type: "number" } } }, {})).toEqual([]);
  expect(validate({ properties: {}, additionalProperties: false }, { toString: 1 } as unknown as Json)).toMatchObject([
    { code: "SCHEMA_ADDITIONAL" },
  ]);
});

test("a reference to a large value fits every schema but one that allows nothing", () => {
  const blob: Json = { body: { $blob: "h", bytes: 300_000, contentType: "text/plain" } };
  expect(validate({ properties: { body: { type: "string", maxLength: 5 } } }, blob)).toEqual([]);
  expect(validate({ properties: { body: false } }, blob)).toMatchObject([{ code: "SCHEMA_FALSE" }]);
});

test("multiples are exact in decimals", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.integer({ min: 1, max: 999 }),
      fc.integer({ min: 0, max: 8 }),
      (n, step, places) => {
        const scaled = (value: number) => Number(`${value}e-${places}`);
        expect(isMultipleOf(scaled(n), scaled(step))).toBe(n % step === 0);
      },
    ),
  );
  expect(isMultipleOf(1e308, 1e-300)).toBe(true);
  expect(isMultipleOf(1e308, 3e-300)).toBe(false);
});

test("what is wrong with a value is an issue like any other, with severity and remedy", () => {
  const schema = { type: "object", required: ["a"], properties: { b: { type: "number" } } };
  for (const { severity, remedy } of validate(schema, { b: "1" })) {
    expect(severity).toBe("error");
    expect(remedy.length).toBeGreaterThan(5);
  }
  expect(validate(schema, { b: "1" }).map(({ code, pointer }) => [code, pointer])).toEqual([
    ["SCHEMA_REQUIRED", "/a"],
    ["SCHEMA_TYPE", "/b"],
  ]);
});
