import type { WhileDefinition } from "../../definition/steps/control-while.ts";
import type { WhileStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";

export function compileControlWhile(
  c: CompileContext,
  step: WhileDefinition,
  place: StepPlace,
): Omit<WhileStep, "id" | "path"> {
  return {
    type: "control.while",
    condition: c.value(step.condition, place, "/condition"),
    body: c.block(step.body, place, { path: ".body", pointer: "/body" }),
    maxIterations: c.count(step.maxIterations, place, "/maxIterations", 0),
  };
}
