import type { ReturnDefinition } from "../../definition/steps/control-return.ts";
import type { ReturnStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileControlReturn(
  c: CompileContext,
  step: ReturnDefinition,
  place: StepPlace,
): Omit<ReturnStep, "id" | "path"> {
  return without({ type: "control.return", output: c.optionalValue(step.output, place, "/output") });
}
