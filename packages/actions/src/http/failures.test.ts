import { expect, test } from "vitest";
import { retryAfter } from "./failures.ts";

const now = Date.parse("2031-03-30T00:30:00Z");

test.each([
  ["0", 0],
  ["120", 120_000],
  [" 7 ", 7_000],
  ["99999999999999999999", 3_600_000],
  ["Sun, 30 Mar 2031 00:31:00 GMT", 60_000],
  ["Sun, 30 Mar 2031 00:00:00 GMT", 0],
  ["Mon, 30 Mar 2099 00:00:00 GMT", 3_600_000],
  ["soon", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["", undefined],
])("[ACT-13] a Retry-After of '%s' asks for %s ms", (value, expected) => {
  expect(retryAfter(value, now)).toBe(expected);
});
