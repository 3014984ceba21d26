import type { Json } from "@mainspring/core";

const x = ($expr: string): Json => ({ $expr });

/** Twenty pure steps of every kind, with the expressions that workflows are full of. */
function block(n: number): Json[] {
  const id = (name: string): string => `${name}${n}`;
  const assign = (name: string, targets: Json): Json => ({ id: id(name), type: "transform.assign", assign: targets });
  return [
    assign("total", { total: x("$sum(payload.lines.(price * count))") }),
    assign("order", {
      order: { id: x("payload.orderId"), city: x("payload.customer.address.city"), lines: x("$count(payload.lines)") },
    }),
    assign("label", { label: x("'order ' & payload.orderId & ' for ' & payload.customer.name") }),
    assign("dear", { dear: x("payload.lines[price > 5].sku") }),
    assign("mark", { "vars.order.mark": "seen", "vars.order.rate": x("rate ?? 1") }),
    assign("skus", { skus: x("$distinct(payload.lines.sku)") }),
    assign("count", { turns: x("$coalesce(turns, 0) + 1") }),
    assign("paid", { paid: x("payload.status = 'paid' and payload.total >= 100") }),
    {
      id: id("large"),
      type: "control.if",
      condition: x("vars.total > 100"),
      then: [assign("big", { size: "large" })],
      else: [assign("small", { size: "small" })],
    },
    {
      id: id("route"),
      type: "control.switch",
      cases: [
        { when: x("payload.region = 'US'"), steps: [assign("us", { region: "US" })] },
        { when: x("payload.region = 'EU'"), steps: [assign("eu", { region: "EU" })] },
      ],
    },
    {
      id: id("each"),
      type: "control.forEach",
      items: x("payload.tags"),
      body: [assign("tag", { last: x("item & '-' & $string(index)") })],
      collect: { value: x("vars.last"), saveAs: "tags" },
    },
    {
      id: id("guard"),
      type: "control.tryCatch",
      try: [{ id: id("raise"), type: "control.raise", code: "NOT_NOW", message: "later" }],
      catch: [assign("caught", { problem: x("error.code") })],
    },
    { id: id("state"), type: "state.set", state: { phase: x("vars.size"), turn: n } },
  ];
}

/** 200 mixed pure steps: ten blocks of twenty. */
export const pureDefinition: Json = {
  workflow: "bench-pure",
  semantics: 2,
  steps: Array.from({ length: 10 }, (_, n) => block(n)).flat(),
};

/** A run with next to nothing in it, to be taken off. */
export const emptyDefinition: Json = {
  workflow: "bench-empty",
  semantics: 2,
  steps: [{ id: "only", type: "state.set", state: "here" }],
};

export const purePayload: Json = {
  orderId: "o-17",
  total: 125.5,
  status: "paid",
  region: "EU",
  tags: ["a", "b", "c"],
  lines: Array.from({ length: 10 }, (_, i) => ({ sku: `s${i % 4}`, price: i * 1.5, count: i })),
  customer: { name: "Ann", address: { city: "Basel" } },
};
