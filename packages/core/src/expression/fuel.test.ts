import { expect, test } from "vitest";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import { evaluateExpression } from "./evaluate.ts";

const scope = {
  payload: { total: 125.5, name: "Ann", lines: Array.from({ length: 10 }, (_, i) => ({ sku: `s${i % 4}`, price: i })) },
  vars: { rate: 2 },
};

/**
 * What an expression costs decides where a run yields, and a run in flight must yield where it did before: these numbers
 * change only with a version of the semantics.
 */
const costs: readonly (readonly [string, number])[] = [
  ["true", 1],
  ["payload.total", 2],
  ["payload.total > 100 and rate = 2", 9],
  ["'for ' & payload.name", 5],
  ["{'a': payload.name, 'b': rate}", 8],
  ["payload.lines[0].sku", 4],
  ["payload.lines[price > 5].sku", 40],
  ["payload.lines{sku: $sum(price)}", 37],
  ["payload.lines^(>price).sku", 47],
  ["$count([1..50])", 67],
  ["$sum(payload.lines.(price * 2))", 48],
  ["$map(payload.lines, function($l) { $l.price * rate })", 66],
  ["$reduce([1..10], function($a, $b) { $a + $b })", 53],
  ["$sort(payload.lines.price, function($l, $r) { $l < $r })", 111],
  ["payload.lines.sku ~> $distinct() ~> $join(', ')", 30],
  ["payload.**", 122],
  ["$string(payload)", 63],
];

test("an expression costs the same fuel in every release", () => {
  const found = costs.map(([source]) => {
    const compiled = compileExpression(source);
    if ("issues" in compiled) throw new Error(source);
    const { error, fuelUsed } = evaluateExpression(compiled.expression, scope, { now: "2031-01-01T00:00:00.000Z" });
    return [source, error?.code ?? fuelUsed];
  });
  expect(found).toEqual(costs);
});
