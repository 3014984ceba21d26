import type { TimeWaitDefinition } from "../../definition/steps/time-wait.ts";
import type { TimeWaitStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileTimeWait(
  c: CompileContext,
  step: TimeWaitDefinition,
  place: StepPlace,
): Omit<TimeWaitStep, "id" | "path"> {
  return without({
    type: "time.wait",
    when: c.requiredWhen(step, place, ""),
    assign: c.assignments(step.assign, place, "/assign"),
  });
}
