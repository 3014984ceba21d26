import { didYouMean } from "../values/nearest.ts";
import type { Program } from "../program/program.ts";
import { pointerToken } from "../values/pointer.ts";
import type { Scenario, ScenarioFailure } from "./scenario.ts";
import { stepsById } from "./trace.ts";

/** Names in the scenario that nothing in the workflow, or in those that it calls, is called by. */
export function checkNames(program: Program, scenario: Scenario): ScenarioFailure[] {
  const called = Object.values(scenario.workflows).flatMap(({ program: one }) => (one === undefined ? [] : [one]));
  const failures: ScenarioFailure[] = [];
  const main = new Set(stepsById(program).keys());
  const steps = new Set(main);
  const callable = new Set<string>();
  const mockable = new Set<string>();
  for (const one of [program, ...called]) {
    for (const [id, step] of stepsById(one)) {
      steps.add(id);
      if (step.type !== "action.call") continue;
      for (const name of [id, step.action]) callable.add(name);
      for (const name of [id, `${one.workflow}/${id}`, step.action]) mockable.add(name);
    }
  }
  const check = (path: string, name: string, known: ReadonlySet<string>, kind: string): void => {
    if (known.has(name)) return;
    const message = `${kind} is called "${name}".${didYouMean(name, known)}`;
    failures.push({ path, message });
  };

  // Of a workflow that only a mock stands in for nobody knows the steps.
  if (Object.values(scenario.workflows).every((one) => one.program !== undefined))
    for (const name of Object.keys(scenario.mocks))
      check("/mocks" + pointerToken(name), name, mockable, "No action and no step that calls one");
  scenario.events.forEach(({ at }, i) => {
    if ("waits" in at) check(`/events/${i}/at/waits`, at.waits, steps, "No step");
  });
  scenario.answers.forEach(({ step, at }, i) => {
    check(`/answers/${i}/step`, step, steps, "No step");
    if (at !== undefined && "waits" in at) check(`/answers/${i}/at/waits`, at.waits, steps, "No step");
  });
  const { cancelAt, expect } = scenario;
  if (cancelAt !== undefined && "waits" in cancelAt) check("/cancelAt/waits", cancelAt.waits, steps, "No step");
  expect.notCalled?.forEach((name, i) =>
    check(`/expect/notCalled/${i}`, name, callable, "No action and no step that calls one"),
  );
  expect.trace?.forEach(({ stepId }, i) => check(`/expect/trace/${i}`, stepId, main, "No step of the workflow"));
  expect.effects?.forEach(({ stepId, action }, i) => {
    if (stepId !== undefined) check(`/expect/effects/${i}`, stepId, callable, "No step that calls an action");
    if (action !== undefined) check(`/expect/effects/${i}`, action, callable, "No action that is called");
  });
  return failures;
}
