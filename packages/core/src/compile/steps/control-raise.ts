import type { RaiseDefinition } from "../../definition/steps/control-raise.ts";
import { shown } from "../../definition/value.ts";
import type { RaiseStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

/** Codes that authors raise. */
export const raisedCodePattern = /^[A-Z][A-Z0-9_]{2,63}$/;

export function compileControlRaise(
  c: CompileContext,
  step: RaiseDefinition,
  place: StepPlace,
): Omit<RaiseStep, "id" | "path"> {
  const code = c.value(step.code, place, "/code");
  if (code.kind === "literal" && typeof code.value === "string" && !raisedCodePattern.test(code.value)) {
    c.error(
      "RAISE_CODE_INVALID",
      place,
      "/code",
      `"${shown(code.value)}" is no code: it must match [A-Z][A-Z0-9_]{2,63}.`,
    );
  }
  return without({
    type: "control.raise",
    code,
    message: c.value(step.message, place, "/message"),
    details: c.optionalValue(step.details, place, "/details"),
  });
}
