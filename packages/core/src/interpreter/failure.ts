import type { Json } from "../values/json.ts";
import type { Machine } from "./machine.ts";
import type { ErrorCategory, RunError, StepPlace } from "./transition.ts";

/** A step failed. Thrown and caught within one step; no stack is taken, since authors' mistakes are no defects of ours. */
export class StepFailure {
  readonly category: ErrorCategory;
  readonly code: string;
  readonly message: string;
  readonly details: Json | undefined;

  constructor(category: ErrorCategory, code: string, message: string, details?: Json) {
    this.category = category;
    this.code = code;
    this.message = message;
    this.details = details;
  }
}

/** The state cannot be resolved against its program: the run ends at once, and nothing catches it. */
export class Corruption {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** An expression of the step named a place where a value is needed, and found none. */
export function noValue(field: string): StepFailure {
  return new StepFailure("ExpressionError", "EXPR_NO_VALUE", `The expression of ${field} finds no value.`, { field });
}

export function runError(
  m: Machine,
  place: StepPlace,
  category: ErrorCategory,
  code: string,
  message: string,
  details?: Json,
  attempt?: number,
): RunError {
  const error: { -readonly [K in keyof RunError]: RunError[K] } = {
    category,
    code,
    message,
    stepId: place.stepId,
    nodePath: place.stepPath,
    at: m.now,
  };
  if (attempt !== undefined) error.attempt = attempt;
  if (details !== undefined) error.details = details;
  return error;
}

/** Whether `retry`, `onError`, `onItemError` and `catch` may see the error. */
export function isCatchable(error: RunError): boolean {
  switch (error.category) {
    case "Cancellation":
    case "InterpreterCorruption":
      return false;
    case "ControlError":
      return error.code !== "LOOP_BUDGET" && error.code !== "HISTORY_BUDGET";
    default:
      return true;
  }
}

/** A run's error as the expressions of a catch see it. It is plain JSON, and shared: nobody changes it. */
export function errorJson(error: RunError): Json {
  return error as unknown as Json;
}
