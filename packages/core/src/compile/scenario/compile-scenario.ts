import type { ScenarioDefaultsDefinition, ScenarioDefinition } from "../../definition/scenario.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { compileExpression } from "../expression/compile-expression.ts";

/** Told of an expression that is refused. */
export type Refuse = (code: string, pointer: string, message: string, remedy: string) => void;

/** A scenario of the right shape, as it is run, with its expressions compiled. */
export function compileScenario(
  given: ScenarioDefinition,
  defaults: ScenarioDefaultsDefinition,
  pointer: string,
  refuse: Refuse,
): Scenario {
  return readScenario(given, defaults, pointer, {
    compile: compileExpression,
    refuse: ({ code, message, remedy }, at) => refuse(code, at, message, remedy),
  });
}
