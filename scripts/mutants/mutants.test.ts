import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../checks.ts";
import { areas, mutantsOf } from "./areas.ts";
import { faultPath, testPaths } from "./mutant.ts";

const mutants = Object.values(mutantsOf).flat();

// `npm run mutants` takes minutes; that its faults still fit the code is known at once.
test("the text of every deliberate fault stands exactly once in its file, and its tests exist", () => {
  const lost = mutants.filter(
    (mutant) =>
      mutant.before === mutant.after ||
      readFileSync(join(root, faultPath(mutant)), "utf8").split(mutant.before).length !== 2,
  );
  expect(lost.map((mutant) => `${faultPath(mutant)}: ${mutant.what}`)).toEqual([]);
  expect(mutants.flatMap(testPaths).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("there are deliberate faults in every area, no two the same", () => {
  const counts = Object.fromEntries(areas.map((area) => [area, mutantsOf[area].length]));
  expect(counts["interpreter"]).toBeGreaterThanOrEqual(40);
  expect(counts["evaluator"]).toBeGreaterThanOrEqual(15);
  expect(counts["waits"]).toBeGreaterThanOrEqual(20);
  expect(counts["publishing"]).toBeGreaterThanOrEqual(5);
  expect(counts["secrets"]).toBeGreaterThanOrEqual(10);
  expect(counts["tasks"]).toBeGreaterThanOrEqual(10);
  expect(counts["engine"]).toBeGreaterThanOrEqual(10);
  expect(counts["events"]).toBeGreaterThanOrEqual(10);
  expect(counts["webhooks"]).toBeGreaterThanOrEqual(10);
  expect(new Set(mutants.map(({ what }) => what)).size).toBe(mutants.length);
});
