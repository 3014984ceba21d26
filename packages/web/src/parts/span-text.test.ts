import { expect, test } from "vitest";
import { spanDraftOf, spanMsOf, spanWords } from "./span-text.ts";

test("a span is typed and read back in the largest unit that leaves it whole", () => {
  for (const [ms, amount, unit] of [
    [0, "0", "minutes"],
    [90_000, "90", "seconds"],
    [900_000, "15", "minutes"],
    [7_200_000, "2", "hours"],
    [86_400_000, "1", "days"],
    [1_500, "1.5", "seconds"],
  ] as const) {
    expect(spanDraftOf(ms)).toEqual({ amount, unit });
    expect(spanMsOf({ amount, unit })).toBe(ms);
  }
  expect(spanWords(86_400_000)).toBe("1 day");
  expect(spanWords(900_000)).toBe("15 minutes");
});

test("what is no amount is no span", () => {
  for (const amount of ["", "-1", "1e3", "five", "1.2.3"]) expect(spanMsOf({ amount, unit: "hours" })).toBeUndefined();
  expect(spanMsOf({ amount: "1,5", unit: "hours" })).toBe(5_400_000);
});
