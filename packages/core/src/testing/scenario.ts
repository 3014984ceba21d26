import { compileDefinition } from "../compile/compile-definition.ts";
import { parseDefinition } from "../compile/parse-definition.ts";
import { parseScenarios } from "../compile/scenario/parse-scenarios.ts";
import type { ScenarioDefinition, ScenarioFileDefinition } from "../definition/scenario.ts";
import type { Program } from "../program/program.ts";
import { runScenario } from "../scenario/run-scenario.ts";
import type { Scenario, ScenarioResult, ScenarioWorld } from "../scenario/scenario.ts";
import { action } from "./catalogue.ts";

/** A program of these steps; every action that they call is one without a contract. */
export function programWith(steps: readonly object[], more: object = {}): Program {
  const ids = new Set([...JSON.stringify(steps).matchAll(/"action":"([^"]+)"/g)].map(([, id]) => id as string));
  const parsed = parseDefinition({ workflow: "test", ...more, steps });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const { program, issues } = compileDefinition(parsed.definition, { actions: [...ids].map((id) => action(id)) });
  if (program === undefined) throw new Error(JSON.stringify(issues));
  return program;
}

/** A scenario as a file would have it. */
export function scenarioOf(
  given: Omit<ScenarioDefinition, "name">,
  file: Omit<ScenarioFileDefinition, "scenarios"> = {},
): Scenario {
  const parsed = parseScenarios({ ...file, scenarios: [{ name: "it", ...given }] });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  return parsed.scenarios[0] as Scenario;
}

export function ran(
  program: Program,
  given: Omit<ScenarioDefinition, "name">,
  world: ScenarioWorld = {},
): ScenarioResult {
  return runScenario(program, scenarioOf(given), world);
}

/** Paths and messages of what went other than expected. */
export function said(result: ScenarioResult): string[] {
  return result.failures.map(({ path, message }) => `${path} ${message}`);
}
