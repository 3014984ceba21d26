import { checkInput } from "../values/check-input.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTakenJson, takeJson } from "./taken-json.ts";

test.each([
  ["9007199254740991", 9007199254740991, []],
  ["-9007199254740991", -9007199254740991, []],
  ["9007199254740992", "9007199254740992", [" NUMBER_NOT_EXACT"]],
  ["-12345678901234567890", "-12345678901234567890", [" NUMBER_NOT_EXACT"]],
  ["1e20", "100000000000000000000", [" NUMBER_NOT_EXACT"]],
  ["1.5E+20", "150000000000000000000", [" NUMBER_NOT_EXACT"]],
  ["9007199254740993.0", "9007199254740993", [" NUMBER_NOT_EXACT"]],
  ["90071992547409930e-1", "9007199254740993", [" NUMBER_NOT_EXACT"]],
  ["9007199254740993.5", "9007199254740993.5", [" NUMBER_NOT_EXACT"]],
  ["1e400", "1e400", [" NUMBER_NOT_EXACT"]],
  ["-1e400", "-1e400", [" NUMBER_NOT_EXACT"]],
  ["0.1234567890123456789", 0.1234567890123456789, []],
  ["1e3", 1000, []],
  ["1e-400", 0, []],
])("the number %s is kept as it can be", (text, value, adjusted) => {
  expect(parseTakenJson(text)).toEqual({ value, adjusted });
});

test("[CAS-01] adjusted places are named by their JSON pointer", () => {
  const text = '{"orders":[{"id":12345678901234567890,"a/b~":1e30}],"note":"a\\u0000b\\ud800"}';
  expect(parseTakenJson(text)).toEqual({
    value: { orders: [{ id: "12345678901234567890", "a/b~": `1${"0".repeat(30)}` }], note: "a\ufffdb\ufffd" },
    adjusted: ["/orders/0/id NUMBER_NOT_EXACT", "/orders/0/a~1b~0 NUMBER_NOT_EXACT", "/note TEXT_NOT_STORABLE"],
  });
});

test("members with refused keys are left out and noted, and reach no prototype", () => {
  const text =
    '{"__proto__":{"evil":1},"constructor":1,"prototype":2,"$blob":"x","_jsonata_lambda":true,"kept":[{"__proto__":1}]}';
  const taken = parseTakenJson(text);
  expect(taken?.value).toEqual({ kept: [{}] });
  expect(taken?.adjusted).toEqual([
    "/__proto__ KEY_REFUSED",
    "/constructor KEY_REFUSED",
    "/prototype KEY_REFUSED",
    "/$blob KEY_REFUSED",
    "/_jsonata_lambda KEY_REFUSED",
    "/kept/0/__proto__ KEY_REFUSED",
  ]);
  expect(({} as { evil?: number }).evil).toBeUndefined();
});

test("text that is no JSON, or nested too deep, is not parsed", () => {
  expect(parseTakenJson("{")).toBeUndefined();
  expect(parseTakenJson("")).toBeUndefined();
  expect(parseTakenJson("[".repeat(100_000) + "]".repeat(100_000))).toBeUndefined();
  expect(parseTakenJson(`${"[".repeat(256)}1e30${"]".repeat(256)}`)).toBeDefined();
  // Brackets within a string are no nesting.
  expect(parseTakenJson(JSON.stringify('["'.repeat(1_000)))?.value).toBe('["'.repeat(1_000));
});

test("JSON that we would accept from people is taken from others unchanged, and only that", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = JSON.stringify(value);
      const acceptable = checkInput(JSON.parse(text)).length === 0;
      const taken = parseTakenJson(text);
      expect(taken?.adjusted.length === 0).toBe(acceptable);
      if (acceptable) expect(taken?.value).toEqual(JSON.parse(text));
      else expect(checkInput(taken?.value)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["a function", { a: () => 1 }, "/a"],
  ["a bigint", [1, 2n], "/1"],
  ["not a number", { a: { b: Number.NaN } }, "/a/b"],
  ["a date", { at: new Date(0) }, "/at"],
  ["a map", new Map(), ""],
])("a handler's output with %s is no JSON, and the place is named", (_, value, pointer) => {
  expect(takeJson(value)).toMatchObject({ pointer });
});

test("a cyclic output is no JSON", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  expect(takeJson(cyclic)).toMatchObject({ message: "is nested deeper than 256" });
});

test("undefined is absent in an object, null in a list and null alone", () => {
  expect(takeJson({ a: undefined, b: [undefined, 1] })).toEqual({ value: { b: [null, 1] }, adjusted: [] });
  expect(takeJson(undefined)).toEqual({ value: null, adjusted: [] });
});
