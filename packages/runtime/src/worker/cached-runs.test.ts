import { expect, test } from "vitest";
import { cachedRunsFromEnvironment, cachedRunsOf } from "./cached-runs.ts";

const gib = 2 ** 30;

test("a worker keeps as many runs as its heap has room for, and a few in the smallest", () => {
  expect(cachedRunsOf(4 * gib)).toBeGreaterThan(2_000);
  expect(cachedRunsOf(gib / 2)).toBeLessThan(200);
  expect(cachedRunsOf(gib / 8)).toBe(10);
  expect(cachedRunsFromEnvironment({})).toBeGreaterThanOrEqual(10);
});

test("how many runs a worker keeps can be set, and what is no such number is named", () => {
  expect(cachedRunsFromEnvironment({ MAINSPRING_CACHED_RUNS: "5000" })).toBe(5_000);
  for (const wrong of ["0", "9", "2.5", "-20", "many"])
    expect(() => cachedRunsFromEnvironment({ MAINSPRING_CACHED_RUNS: wrong })).toThrow("MAINSPRING_CACHED_RUNS");
});
