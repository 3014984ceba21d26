import { sha256Hex } from "../canonical/sha256.ts";
import { evaluateExpression } from "../expression/evaluate.ts";
import type { CompiledExpression } from "../expression/evaluate.ts";
import type { Json } from "../values/json.ts";
import { corpus, corpusData } from "./expression-corpus.ts";
import { hostileData, hostileExpressions } from "./hostile-expressions.ts";
import { typicalData, typicalExpressions } from "./typical-expressions.ts";

export type EvaluationSet = "corpus" | "hostile" | "typical";

/** Expressions and what they are evaluated over, to be evaluated wherever the evaluator runs. Nothing here needs a parser. */
export const evaluationSets: {
  readonly [set in EvaluationSet]: { readonly sources: readonly string[]; readonly data: Json };
} = {
  corpus: {
    sources: Object.values(corpus).flatMap((lines) => lines.split("\n").filter((line) => line.trim() !== "")),
    data: corpusData,
  },
  hostile: { sources: hostileExpressions.map(([source]) => source), data: hostileData },
  typical: { sources: typicalExpressions, data: typicalData },
};

/** What an expression came to, small enough to be compared between places. */
export interface Evaluated {
  readonly source: string;
  /** `value <SHA-256 of its JSON>`, `nothing`, or `error <code> at <position>: <message>`. */
  readonly ended: string;
  readonly fuelUsed: number;
}

export function evaluateSet(set: EvaluationSet, expressions: readonly CompiledExpression[]): Evaluated[] {
  const data = evaluationSets[set].data as object;
  return expressions.map((expression) => {
    const { value, error, fuelUsed } = evaluateExpression(expression, data, { now: "2026-11-26T05:13:00.000Z" });
    const { source } = expression;
    if (error !== undefined)
      return { source, ended: `error ${error.code} at ${error.position}: ${error.message}`, fuelUsed };
    return { source, ended: value === undefined ? "nothing" : `value ${sha256Hex(JSON.stringify(value))}`, fuelUsed };
  });
}
