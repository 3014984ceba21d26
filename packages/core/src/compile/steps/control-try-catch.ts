import type { TryCatchDefinition } from "../../definition/steps/control-try-catch.ts";
import type { TryCatchStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";
import { checkErrorNames } from "../error-names.ts";

export function compileControlTryCatch(
  c: CompileContext,
  step: TryCatchDefinition,
  place: StepPlace,
): Omit<TryCatchStep, "id" | "path"> {
  checkErrorNames(c, step.catchOn, place, "/catchOn");
  return without({
    type: "control.tryCatch",
    try: c.block(step.try, place, { path: ".try", pointer: "/try" }),
    catch: step.catch === undefined ? undefined : c.block(step.catch, place, { path: ".catch", pointer: "/catch" }),
    captureErrorAs: c.target(step.captureErrorAs, place, "/captureErrorAs"),
    catchOn: step.catchOn,
    finally:
      step.finally === undefined ? undefined : c.block(step.finally, place, { path: ".finally", pointer: "/finally" }),
  });
}
