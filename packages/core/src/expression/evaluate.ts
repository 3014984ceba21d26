import { evaluate } from "./interpret.ts";
import { newFrame } from "./frame.ts";
import { plainResult } from "./result.ts";
import { Fault } from "./run.ts";
import type { EvaluationErrorCode, Run } from "./run.ts";
import type { Node } from "./node.ts";
import type { Json } from "../values/json.ts";

const { max } = Math;

/** An expression as the program holds it. */
export interface CompiledExpression {
  /** What the author wrote. */
  readonly source: string;
  /** Plain JSON, made by `compileExpression`. */
  readonly form: Node;
}

/** What a bare name and `$` refer to: a name is its own key, else a key of its `vars`. */
export type Scope = object;

export interface EvaluateOptions {
  /** What `now` and `$nowIso()` give: RFC 3339 in UTC with milliseconds. */
  readonly now: string;
  /** Units of fuel that the evaluation may use. */
  readonly fuel?: number;
}

export interface EvaluationError {
  readonly code: EvaluationErrorCode;
  readonly message: string;
  /** Index into the source, from 0, of UTF-16 code units. */
  readonly position?: number;
}

export type EvaluateResult =
  | { readonly value: Json | undefined; readonly error?: undefined; readonly fuelUsed: number }
  | { readonly value?: undefined; readonly error: EvaluationError; readonly fuelUsed: number };

/** The fuel of a step, for all its expressions and schema checks together. */
export const fuelPerStep = 100_000;

/**
 * Evaluates an expression: synchronously, without side effects, and with the same result and use of fuel on every
 * machine. `undefined` is nothing. The result shares parts with the scope: neither may be changed afterwards.
 * Never throws for what an author or data did.
 */
export function evaluateExpression(
  expression: CompiledExpression,
  scope: Scope,
  options: EvaluateOptions,
): EvaluateResult {
  const fuel = max(options.fuel ?? fuelPerStep, 0);
  const run: Run = { fuel, now: options.now, scope, raw: false };
  try {
    const value = evaluate(expression.form, scope as Json, newFrame(undefined), run);
    return { value: plainResult(value, run), fuelUsed: fuel - run.fuel };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, position } = error;
    return {
      error: position === undefined ? { code, message } : { code, message, position },
      fuelUsed: run.fuel >= 0 ? fuel - run.fuel : fuel,
    };
  }
}
