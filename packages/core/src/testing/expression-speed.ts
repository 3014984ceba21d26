import { compileExpression } from "../compile/expression/compile-expression.ts";
import { evaluateExpression } from "../expression/evaluate.ts";

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

const scope = {
  payload: {
    orderId: "o-17",
    total: 125.5,
    status: "paid",
    lines: Array.from({ length: 10 }, (_, i) => ({ sku: `s${i % 4}`, price: i * 1.5, count: i })),
    customer: { name: "Ann", address: { city: "Basel" } },
  },
  vars: { reservation: { id: 7, ok: true }, rate: 2 },
};

/** What workflows are full of: ten typical expressions. */
const typical = [
  "true",
  "payload.orderId",
  "vars.reservation.ok",
  "payload.total > 100",
  "payload.status = 'paid' and payload.total >= 100",
  "'order ' & payload.orderId & ' for ' & payload.customer.name",
  "{'id': payload.orderId, 'city': payload.customer.address.city, 'rate': rate}",
  "payload.lines[price > 5].sku",
  "$sum(payload.lines.(price * count))",
  "$map(payload.lines, function($l) { {'sku': $l.sku, 'cost': $l.price * $l.count} })",
];

for (const source of typical) {
  const compiled = compileExpression(source);
  if (!("expression" in compiled)) throw new Error(source);
  const { expression } = compiled;
  const evaluate = () => evaluateExpression(expression, scope, { now: "2026-11-26T05:13:00.000Z" });
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
