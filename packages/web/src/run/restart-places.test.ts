import { expect, test } from "vitest";
import type { StepView } from "./fold-journal.ts";
import { firstChoice, placeKey, restartPlaces } from "./restart-places.ts";

const step = (
  execution: number,
  stepId: string,
  stepPath: string,
  status: string,
  iteration: number[] = [],
): StepView => ({
  execution,
  stepId,
  stepPath,
  iteration,
  status,
  startedAt: "2031-03-30T00:30:00.000Z",
});
const steps = [
  step(2, "find", "root.steps[0]", "SUCCEEDED"),
  step(4, "each", "root.steps[1]", "FAILED"),
  step(5, "mail", "root.steps[1].body.steps[0]", "SUCCEEDED", [0]),
  step(7, "mail", "root.steps[1].body.steps[0]", "FAILED", [1]),
  step(9, "tidy", "root.steps[2]", "SUCCEEDED"),
];

test("[RST-01] a run can be restarted from each step that has begun, turns of loops apart", () => {
  expect(
    restartPlaces([...steps, step(11, "find", "root.steps[0]", "FAILED")]).map(({ label }) => label.trim()),
  ).toEqual(["find · failed", "each · failed", "mail[0] · succeeded", "mail[1] · failed", "tidy · succeeded"]);
});

test("the step that is looked at is chosen first, else the innermost that failed, else the last", () => {
  const places = restartPlaces(steps);
  const choice = (at?: number, from = steps): string | undefined => firstChoice(restartPlaces(from), from, at);
  expect(choice(2)).toBe(placeKey(places[0]!));
  expect(choice()).toBe("root.steps[1].body.steps[0] 1");
  expect(
    choice(
      undefined,
      steps.filter(({ status }) => status !== "FAILED"),
    ),
  ).toBe("root.steps[2]");
  expect(choice(undefined, [])).toBeUndefined();
});
