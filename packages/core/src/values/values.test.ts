import { expect, test } from "vitest";
import { checkInput, valueNestingMax } from "./check-input.ts";
import { keyIsRefused } from "./keys.ts";
import { pointerKeys, pointerToken } from "./pointer.ts";
import { storableText, textIsStorable } from "./text.ts";

test("[CAS-01] text with NUL or a lone surrogate is not storable, every other text is", () => {
  for (const text of ["", "a", "\u0001\u001f", "😀", "\uffff\ufffe", "e\u0301", "\u202e"])
    expect(textIsStorable(text), text).toBe(true);
  for (const text of ["\u0000", "a\u0000b", "\ud83d", "\ude00", "\ude00\ud83d", "\ud83dx", "😀\ud83d"]) {
    expect(textIsStorable(text)).toBe(false);
    expect(textIsStorable(storableText(text))).toBe(true);
  }
  expect(storableText("a\u0000b\ud83d😀\ude00")).toBe("a\ufffdb\ufffd😀\ufffd");
});

test("keys that reach a prototype or pass for code or a blob are refused", () => {
  for (const key of ["__proto__", "constructor", "prototype", "$blob", "_jsonata_lambda", "_jsonata_"])
    expect(keyIsRefused(key), key).toBe(true);
  for (const key of ["proto", "$expr", "_jsonata", "__proto", "blob", "toString", ""])
    expect(keyIsRefused(key), key).toBe(false);
});

test("[CAS-01] what people send is refused with a code and a pointer to the place", () => {
  expect(checkInput({ a: [1, 2 ** 53, -(2 ** 53)], "x/y~": "\u0000", n: 1.5, big: 2 ** 53 - 1, huge: 1e300 })).toEqual([
    { code: "NUMBER_NOT_EXACT", pointer: "/a/1" },
    { code: "NUMBER_NOT_EXACT", pointer: "/a/2" },
    { code: "TEXT_NOT_STORABLE", pointer: "/x~1y~0" },
    { code: "NUMBER_NOT_EXACT", pointer: "/huge" },
  ]);
  expect(checkInput(JSON.parse('{"a":{"__proto__":{"x":"\\ud800"}},"\\u0000k":1}'))).toEqual([
    { code: "KEY_REFUSED", pointer: "/a/__proto__" },
    { code: "TEXT_NOT_STORABLE", pointer: "/a/__proto__/x" },
    { code: "TEXT_NOT_STORABLE", pointer: "/\u0000k" },
  ]);
  expect(checkInput(Number.POSITIVE_INFINITY)).toEqual([{ code: "NUMBER_NOT_EXACT", pointer: "" }]);
  expect(checkInput({ ok: [null, true, "text", { deep: [] }] })).toEqual([]);
});

test("[SEC-06] a value nested a million levels deep is refused without exhausting the stack", () => {
  const text = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  expect(checkInput(JSON.parse(text)).map((problem) => problem.code)).toEqual(["VALUE_TOO_DEEP"]);
  const deepest = JSON.parse("[".repeat(valueNestingMax) + "]".repeat(valueNestingMax));
  expect(checkInput(deepest)).toEqual([]);
});

test("a JSON pointer's tokens read back", () => {
  for (const key of ["", "a", "a/b", "~", "~1", "m~n/o", "0"])
    expect(pointerKeys(pointerToken(key) + "/x")).toEqual([key, "x"]);
  expect(pointerKeys("")).toEqual([]);
  expect(pointerKeys("a")).toBeUndefined();
  expect(pointerKeys("/~2")).toBeUndefined();
});
