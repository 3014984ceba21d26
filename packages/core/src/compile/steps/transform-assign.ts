import type { AssignStepDefinition } from "../../definition/steps/transform-assign.ts";
import type { AssignStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";

export function compileTransformAssign(
  c: CompileContext,
  step: AssignStepDefinition,
  place: StepPlace,
): Omit<AssignStep, "id" | "path"> {
  return { type: "transform.assign", assign: c.assignments(step.assign, place, "/assign") ?? [] };
}
