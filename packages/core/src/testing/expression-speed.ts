import { compileExpression } from "../compile/expression/compile-expression.ts";
import { evaluateExpression } from "../expression/evaluate.ts";
import { typicalData, typicalExpressions } from "./typical-expressions.ts";

/*
 * Measures typical expressions, and prints one line of JSON for each. A program of its own, since a test runner's way of
 * loading modules makes small functions several times slower.
 */
/** A line that is printed. */
export interface ExpressionSpeed {
  readonly source: string;
  readonly us: number;
  readonly fuelUsed: number;
}

for (const source of typicalExpressions) {
  const compiled = compileExpression(source);
  if (!("expression" in compiled)) throw new Error(source);
  const { expression } = compiled;
  const evaluate = () => evaluateExpression(expression, typicalData as object, { now: "2026-11-26T05:13:00.000Z" });
  for (let i = 0; i < 5_000; i += 1) evaluate();
  // The fastest of several batches: the one that other work on the machine disturbed least.
  let us = Infinity;
  for (let batch = 0; batch < 10; batch += 1) {
    const started = performance.now();
    for (let i = 0; i < 1_000; i += 1) evaluate();
    us = Math.min(us, performance.now() - started);
  }
  const speed: ExpressionSpeed = { source, us, fuelUsed: evaluate().fuelUsed };
  process.stdout.write(JSON.stringify(speed) + "\n");
}
