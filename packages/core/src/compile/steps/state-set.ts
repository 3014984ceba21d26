import type { StateSetDefinition } from "../../definition/steps/state-set.ts";
import type { StateSetStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";

export function compileStateSet(
  c: CompileContext,
  step: StateSetDefinition,
  place: StepPlace,
): Omit<StateSetStep, "id" | "path"> {
  return { type: "state.set", state: c.value(step.state, place, "/state") };
}
