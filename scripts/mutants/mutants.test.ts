import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../checks.ts";
import { evaluatorMutants } from "./evaluator.ts";
import { interpreterMutants } from "./interpreter.ts";

const source = join(root, "packages/core/src");
const mutants = [...interpreterMutants, ...evaluatorMutants];

// `npm run mutants` takes half a minute; that its faults still fit the code is known at once.
test("the text of every deliberate fault stands exactly once in its file, and its tests exist", () => {
  const lost = mutants.filter(
    ({ file, before, after }) =>
      before === after || readFileSync(join(source, file), "utf8").split(before).length !== 2,
  );
  expect(lost.map(({ what, file }) => `${file}: ${what}`)).toEqual([]);
  expect(mutants.flatMap(({ tests }) => tests).filter((path) => !existsSync(join(source, path)))).toEqual([]);
});

test("there are deliberate faults in interpreter and evaluator, no two the same", () => {
  expect(interpreterMutants.length).toBeGreaterThanOrEqual(20);
  expect(evaluatorMutants.length).toBeGreaterThanOrEqual(15);
  expect(new Set(mutants.map(({ what }) => what)).size).toBe(mutants.length);
});
