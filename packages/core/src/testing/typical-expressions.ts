import type { Json } from "../values/json.ts";

/** What workflows are full of: ten typical expressions. */
export const typicalExpressions: readonly string[] = [
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

/** What they are evaluated over. */
export const typicalData: Json = {
  payload: {
    orderId: "o-17",
    total: 125.5,
    status: "paid",
    lines: Array.from({ length: 10 }, (_, i) => ({ sku: `s${i % 4}`, price: i * 1.5, count: i })),
    customer: { name: "Ann", address: { city: "Basel" } },
  },
  vars: { reservation: { id: 7, ok: true }, rate: 2 },
};
