import type { RaiseStep } from "../../program/program.ts";
import type { Json } from "../../values/json.ts";
import { noValue, StepFailure } from "../failure.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { describe, evaluate } from "../scope.ts";
import { weighResult } from "../size.ts";
import type { StepPlace } from "../transition.ts";

const codePattern = /^[A-Z][A-Z0-9_]{2,63}$/;

export function raise(m: Machine, fiber: WorkFiber, step: RaiseStep, _place: StepPlace): void {
  const code = evaluate(m, fiber, step.code);
  if (code === undefined || code === null) throw noValue("code");
  if (typeof code !== "string" || !codePattern.test(code)) {
    const found = typeof code === "string" ? "another text" : describe(code);
    throw new StepFailure(
      "ExpressionError",
      "RAISE_CODE_INVALID",
      `A code is 3 to 64 capital letters, digits and underscores, and this is ${found}.`,
    );
  }
  const message = evaluate(m, fiber, step.message);
  if (message === undefined || message === null) throw noValue("message");
  const details = step.details === undefined ? undefined : evaluate(m, fiber, step.details);
  if (details !== undefined) weighResult(m, details);
  throw new StepFailure("BusinessError", code, text(message), details);
}

function text(message: Json): string {
  return typeof message === "string" ? message : JSON.stringify(message);
}
