import { expect, test } from "vitest";
import { jsonTokens } from "./json-tokens.ts";

test("keys, strings and literals are told apart and nothing is lost", () => {
  const value = { 'a "quoted" key': "text: with colon", n: -1.5e-7, list: [true, null, "\\"], nested: { deep: 1 } };
  const text = JSON.stringify(value, undefined, 2);
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join("")).toBe(text);
  expect(tokens.filter((token) => token.kind === "key").map((token) => JSON.parse(token.text))).toEqual([
    'a "quoted" key',
    "n",
    "list",
    "nested",
    "deep",
  ]);
  expect(tokens.filter((token) => token.kind === "string").map((token) => JSON.parse(token.text))).toEqual([
    "text: with colon",
    "\\",
  ]);
  expect(tokens.filter((token) => token.kind === "literal").map((token) => token.text)).toEqual([
    "-1.5e-7",
    "true",
    "null",
    "1",
  ]);
});

test("a document that is a single value is read too", () => {
  expect(jsonTokens("null")).toEqual([{ kind: "literal", text: "null" }]);
  expect(jsonTokens('"x"')).toEqual([{ kind: "string", text: '"x"' }]);
});
