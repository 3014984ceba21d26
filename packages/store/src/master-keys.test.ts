import { expect, test } from "vitest";
import { parseMasterKeys } from "./master-keys.ts";
import { seal, unseal } from "./sealing.ts";

const one = "0123456789abcdef00112233445566778899aabbccddeeff1032547698badcfe";
const two = "f0e1d2c3b4a5968778695a4b3c2d1e0ff1e2d3c4b5a6978869788796a5b4c3d2";

test("[SEC-03] the first master key wraps, all are found by their id, and the id says nothing of the key", () => {
  const keys = parseMasterKeys(`${one}, ${two.toUpperCase()}`);
  expect(Buffer.from(keys.newest.key).toString("hex")).toBe(one);
  expect(keys.newest.id).toMatch(/^[0-9a-f]{16}$/);
  expect(one).not.toContain(keys.newest.id);
  const old = parseMasterKeys(two).newest;
  expect(keys.find(old.id)?.key).toEqual(old.key);
  expect(keys.find("0000000000000000")).toBeUndefined();
});

test.each([
  ["nothing", undefined, /MAINSPRING_MASTER_KEYS is not set/],
  ["an empty text", " ", /MAINSPRING_MASTER_KEYS is not set/],
  ["a key that is too short", one.slice(2), /key 1 is not 64 hexadecimal digits/],
  ["a pass phrase", "correct horse battery staple", /key 1 is not 64 hexadecimal digits/],
  ["one digit again and again", "0".repeat(64), /key 1 can be guessed/],
  ["a pattern as the second key", `${one},${"0123456789abcdef".repeat(4)}`, /key 2 can be guessed/],
])("[SEC-03] %s is refused with the variable's name and what to do", (_, text, message) => {
  expect(() => parseMasterKeys(text)).toThrow(message);
  expect(() => parseMasterKeys(text)).toThrow(/openssl rand -hex 32/);
});

test("[SEC-03] what is sealed opens under its key and context alone, and no byte of it may change", () => {
  const { key } = parseMasterKeys(one).newest;
  const plain = Buffer.from("a value with ü");
  const sealed = seal(key, plain, ["tenant", "name", 1]);
  expect(sealed.includes("value")).toBe(false);
  expect(seal(key, plain, ["tenant", "name", 1]).equals(sealed)).toBe(false);
  expect(unseal(key, sealed, ["tenant", "name", 1])).toEqual(plain);
  expect(() => unseal(key, sealed, ["tenant", "name", 2])).toThrow(/authenticate data/);
  expect(() => unseal(key, sealed, ["other", "name", 1])).toThrow(/authenticate data/);
  expect(() => unseal(parseMasterKeys(two).newest.key, sealed, ["tenant", "name", 1])).toThrow(/authenticate data/);
  for (const at of [0, 12, sealed.length - 1]) {
    const altered = Buffer.from(sealed);
    altered[at] = (altered[at] as number) ^ 1;
    expect(() => unseal(key, altered, ["tenant", "name", 1])).toThrow(/authenticate data/);
  }
  expect(() => unseal(key, sealed.subarray(0, 27), ["tenant", "name", 1])).toThrow("cut off");
});
