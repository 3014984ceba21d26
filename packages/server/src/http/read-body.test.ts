import { duplicateMember, MainspringError } from "@mainspring/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonBody } from "./read-body.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refusal(body: Uint8Array): { code: string; pointers: string[] } {
  try {
    readJsonBody(body);
  } catch (error) {
    if (!(error instanceof MainspringError)) throw error;
    const issues = (error.details.issues ?? []) as { code: string; pointer: string }[];
    return { code: error.code, pointers: issues.map((issue) => issue.pointer) };
  }
  return { code: "accepted", pointers: [] };
}

test("[CAS-01] whole numbers that lose digits, and numbers too large, are refused with their place", () => {
  expect(refusal(bytes('{"payload":{"n":[1,9007199254740993]}}'))).toEqual({
    code: "NUMBER_NOT_EXACT",
    pointers: ["/payload/n/1"],
  });
  expect(refusal(bytes('{"n":1e400}'))).toEqual({ code: "NUMBER_NOT_EXACT", pointers: ["/n"] });
  expect(readJsonBody(bytes('{"n":9007199254740991,"m":-9007199254740991,"x":1.5}'))).toEqual({
    n: 9007199254740991,
    m: -9007199254740991,
    x: 1.5,
  });
});

test("text that cannot be stored and keys that could pass for something else are refused with their place", () => {
  expect(refusal(bytes('{"a":"\\u0000"}'))).toEqual({ code: "TEXT_NOT_STORABLE", pointers: ["/a"] });
  expect(refusal(bytes('{"a":{"\\ud800":1}}')).code).toBe("TEXT_NOT_STORABLE");
  expect(refusal(bytes('{"a":{"__proto__":{}}}'))).toEqual({ code: "KEY_REFUSED", pointers: ["/a/__proto__"] });
  expect(refusal(bytes('{"_jsonata_lambda":true}')).code).toBe("KEY_REFUSED");
  expect(refusal(bytes("[".repeat(100_000) + "]".repeat(100_000))).code).toBe("VALUE_TOO_DEEP");
});

test("what is no JSON, and bytes that are no text, are refused; nothing is nothing", () => {
  for (const text of ["{", "{'a':1}", "NaN", "\u0000", '{"a":1}}'])
    expect(refusal(bytes(text)).code, text).toBe("BODY_NOT_JSON");
  expect(refusal(Uint8Array.of(0x22, 0xff, 0x22)).code).toBe("BODY_NOT_JSON");
  expect(readJsonBody(bytes(""))).toBeUndefined();
  expect(readJsonBody(bytes(" \n"))).toBeUndefined();
  expect(readJsonBody(bytes("null"))).toBeNull();
});

test("a member that is given twice is refused with its place, equal names in different objects are not", () => {
  expect(refusal(bytes('{"a":[{"b":1},{"b":1,"c":{},"b":2}]}'))).toEqual({
    code: "REQUEST_INVALID",
    pointers: ["/a/1/b"],
  });
  expect(refusal(bytes('{"\\u0061":1, "a" : 2}')).pointers).toEqual(["/a"]);
  expect(readJsonBody(bytes('{"a":"a","b":{"a":"\\"a\\":"},"c":["a","a"]}'))).toEqual({
    a: "a",
    b: { a: '"a":' },
    c: ["a", "a"],
  });
});

test("no text of a value that JSON can write has a member twice", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.boolean(),
      (value, isSpaced) => duplicateMember(JSON.stringify(value, null, isSpaced ? 1 : 0)) === undefined,
    ),
  );
});
