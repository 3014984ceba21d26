import type { IfDefinition } from "../../definition/steps/control-if.ts";
import type { IfStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileControlIf(c: CompileContext, step: IfDefinition, place: StepPlace): Omit<IfStep, "id" | "path"> {
  return without({
    type: "control.if",
    condition: c.value(step.condition, place, "/condition"),
    then: c.block(step.then, place, { path: ".then", pointer: "/then" }),
    else: step.else === undefined ? undefined : c.block(step.else, place, { path: ".else", pointer: "/else" }),
  });
}
