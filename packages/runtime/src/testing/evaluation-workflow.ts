import type { CompiledExpression } from "@mainspring/core";
import { evaluateSet, type Evaluated, type EvaluationSet } from "@mainspring/core/testing";

/** Evaluates in the workflow sandbox. */
export async function evaluateInSandbox(
  set: EvaluationSet,
  expressions: readonly CompiledExpression[],
): Promise<Evaluated[]> {
  return evaluateSet(set, expressions);
}
