import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalHash } from "./canonical-hash.ts";
import { canonicalJson } from "./canonical-json.ts";
import { jsonBytes } from "./json-bytes.ts";
import { sha256Hex } from "./sha256.ts";

const nodeSha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

test("the SHA-256 equals node:crypto's at every length around a block", () => {
  for (let length = 0; length <= 200; length += 1) {
    const text = "a".repeat(length);
    expect(sha256Hex(text), `length ${length}`).toBe(nodeSha256(text));
  }
  const long = "é€😀x".repeat(20_000);
  expect(sha256Hex(long)).toBe(nodeSha256(long));
});

test("the SHA-256 equals node:crypto's for any text, lone surrogates included", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 150 }), fc.string({ maxLength: 80 }), (a, b) => {
      const text = a + "\ud83d" + b;
      expect(sha256Hex(text)).toBe(nodeSha256(text));
      expect(sha256Hex(a)).toBe(nodeSha256(a));
    }),
    { numRuns: 500 },
  );
});

test("members are sorted by UTF-16 code units and undefined members are absent", () => {
  expect(
    canonicalJson({
      b: 1,
      a: [2, { d: null, c: undefined }],
      "\u20ac": 1,
      "\ud83d\ude00": 2,
      "\ufb33": 3,
      10: 1,
      9: 2,
    }),
  ).toBe('{"10":1,"9":2,"a":[2,{"d":null}],"b":1,"\u20ac":1,"\ud83d\ude00":2,"\ufb33":3}');
  expect(canonicalJson({ a: undefined })).toBe("{}");
  expect(canonicalJson([-0, 1e21, 1e-7, 0.1, Number.NaN])).toBe("[0,1e+21,1e-7,0.1,null]");
});

test("the order of insertion does not change the hash, a value does", () => {
  expect(canonicalHash({ a: 1, b: { c: 1, d: 2 } })).toBe(canonicalHash({ b: { d: 2, c: 1 }, a: 1 }));
  expect(canonicalHash({ a: 1 })).not.toBe(canonicalHash({ a: "1" }));
});

test("canonical JSON reads back as the value, and its bytes are counted exactly", () => {
  const value = fc.jsonValue({ stringUnit: "binary" });
  fc.assert(
    fc.property(value, (any) => {
      const text = canonicalJson(any);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(any)));
      expect(jsonBytes(any)).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 500 },
  );
  for (const any of [
    "\ud800",
    "\udc00\ud800",
    '\u0000\u001f\n"\\/',
    [],
    {},
    [[]],
    [undefined],
    { a: undefined, b: 1 },
    Number.NaN,
  ]) {
    expect(jsonBytes(any)).toBe(Buffer.byteLength(canonicalJson(any)));
  }
});
