import fc from "fast-check";
import { expect, test } from "vitest";
import { instantFromMs, instantMs, parseInstantMs } from "./instant.ts";

const anyMs = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });

test("instants agree with the platform's Date over the years 0000 to 9999", () => {
  fc.assert(
    fc.property(anyMs, (ms) => {
      const text = new Date(ms).toISOString();
      expect(instantFromMs(ms)).toBe(text);
      expect(instantMs(text)).toBe(ms);
    }),
    { numRuns: 5000 },
  );
  for (const text of [
    "0000-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.000Z",
    "2000-02-29T12:00:00.000Z",
  ]) {
    expect(instantFromMs(instantMs(text))).toBe(text);
  }
});

test("offsets, fractions and dates alone are read", () => {
  const instant = Date.UTC(2031, 2, 30, 0, 30);
  for (const text of [
    "2031-03-30T00:30:00Z",
    "2031-03-30t00:30:00z",
    "2031-03-30 00:30:00.000000Z",
    "2031-03-30T02:30:00+02:00",
    "2031-03-29T23:00:00.0-01:30",
    "2031-03-30T00:30:00-00:00",
  ]) {
    expect(parseInstantMs(text), text).toBe(instant);
  }
  expect(parseInstantMs("2031-03-30T00:30:00.1239Z")).toBe(instant + 123);
  expect(parseInstantMs("2031-03-30T00:30:00.5Z")).toBe(instant + 500);
  expect(parseInstantMs("2031-03-30")).toBe(Date.UTC(2031, 2, 30));
});

test("what is no instant is refused", () => {
  for (const text of [
    "",
    "now",
    "2031",
    "2031-03",
    "2031-3-30",
    "2031-02-29",
    "2031-00-10",
    "2031-13-01",
    "2031-04-31",
    "2031-04-00",
    "2031-03-30T24:00:00Z",
    "2031-03-30T00:60:00Z",
    "2031-03-30T00:00:60Z",
    "2031-03-30T00:00:00",
    "2031-03-30T00:00Z",
    "2031-03-30T00:00:00.Z",
    "2031-03-30T00:00:00Zz",
    "2031-03-30T00:00:00+0200",
    "2031-03-30T00:00:00+24:00",
    "2031-03-30T00:00:00+02:60",
    "2031-03-30T00:00:00 Z",
    "2031/03/30",
    "-031-03-30",
    "9999-12-31T23:59:59-01:00",
    "0000-01-01T00:00:00+01:00",
  ]) {
    expect(parseInstantMs(text), text).toBeUndefined();
  }
});

test("every string is an instant or is refused, and never throws", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      const ms = parseInstantMs(text);
      if (ms !== undefined) expect(parseInstantMs(instantFromMs(ms))).toBe(ms);
    }),
    { numRuns: 1000 },
  );
});
