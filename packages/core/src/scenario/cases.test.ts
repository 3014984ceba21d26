import { expect, test } from "vitest";
import { scenarioCases } from "../testing/scenario-cases.ts";
import { runScenario } from "./run-scenario.ts";

const all = scenarioCases().flatMap(({ id, file, program, scenarios, actions }) =>
  scenarios.map((scenario) => ({ id, file, name: scenario.name, program, scenario, actions })),
);

test.each(all)("[SCN-01] [$id] $file: $name", ({ program, scenario, actions }) => {
  expect(runScenario(program, scenario, { actions }).failures).toEqual([]);
});

test.each(all)("[$id] $file: $name, with a checkpoint between any two events", ({ program, scenario, actions }) => {
  const checkpoint = <State>(state: State): State => JSON.parse(JSON.stringify(state)) as State;
  const plain = runScenario(program, scenario, { actions });
  const carried = runScenario(program, scenario, { actions, checkpoint });
  expect(carried.failures).toEqual([]);
  expect(carried.journal).toEqual(plain.journal);
  expect(JSON.stringify(carried.journal)).not.toContain("undefined");
});
