import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDefinition } from "../compile/check-definition.ts";
import { scenarioCases } from "../testing/scenario-cases.ts";
import { instantMs } from "../time/instant.ts";
import { runScenario } from "./run-scenario.ts";

const all = [...scenarioCases(), ...scenarioCases("together")].flatMap(({ id, file, program, scenarios, actions }) =>
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

test("[CASE-8] naps begin when a place is free, and not batch by batch", () => {
  const window = scenarioCases().find(({ file }) => file === "sliding-window");
  const scenario = window?.scenarios[0];
  if (window === undefined || scenario === undefined) throw new Error("there is no such case");
  const { journal } = runScenario(window.program, scenario);
  const begun = journal.flatMap((entry) =>
    entry.kind === "step" && entry.stepId === "nap" && entry.status === "RUNNING" ? [entry.at] : [],
  );
  expect(begun.map((at) => instantMs(at) - instantMs(scenario.now))).toEqual([0, 0, 10_000, 20_000, 30_000]);
});

test.each([0, 51, 1.5, "2"])("[CASE-8] the literal %j is no concurrency", (concurrency) => {
  const body = [{ id: "nap", type: "time.wait", durationMs: 1 }];
  const { issues, program } = checkDefinition(
    { workflow: "window", steps: [{ id: "loop", type: "control.forEach", items: [1], concurrency, body }] },
    { actions: [] },
  );
  expect(program).toBeUndefined();
  expect(issues.map(({ pointer, severity }) => [pointer, severity])).toEqual([["/steps/0/concurrency", "error"]]);
});

test("[CASE-7] publishing warns of a collected variable that not every way of the body writes", () => {
  const text = readFileSync(join(import.meta.dirname, "cases", "filter-in-loop.flow.yaml"), "utf8");
  const { issues, program } = checkDefinition(text, { actions: [] });
  expect(program).toBeDefined();
  expect(issues.map(({ severity, pointer }) => [severity, pointer])).toContainEqual([
    "warning",
    "/steps/0/collect/value/$expr",
  ]);
});
