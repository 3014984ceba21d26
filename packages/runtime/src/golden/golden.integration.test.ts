import { expect, test } from "vitest";
import { quietRuntime } from "../worker/quiet-runtime.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import { edited, edits } from "./edits.ts";
import { readGoldenRuns } from "./folder.ts";
import { replayGolden } from "./replay.ts";

quietRuntime();
const runs = readGoldenRuns();

test("[INT-09] [VER-10] [TST-06] recorded histories of every step type, outcome and version go the same way and write the same journal", async () => {
  expect(runs.length).toBeGreaterThanOrEqual(150);
  const replayed = await replayGolden(runs, await workflowBundle());
  expect(replayed.filter(({ difference }) => difference !== undefined)).toEqual([]);
}, 120_000);

test("a change of any step type's behaviour is caught by its recorded histories", async () => {
  const { code } = (await workflowBundle()) as { readonly code: string };
  const uncaught: string[] = [];
  for (const edit of edits) {
    const ofType = runs.filter(({ stepType, name }) => stepType === edit.stepType && name.includes("-alone-2"));
    const replayed = await replayGolden(ofType, { code: edited(code, edit) });
    if (replayed.every(({ difference }) => difference === undefined)) uncaught.push(edit.stepType);
  }
  expect(uncaught).toEqual([]);
  expect(new Set(edits.map(({ stepType }) => stepType))).toEqual(new Set(runs.map(({ stepType }) => stepType)));
}, 180_000);
