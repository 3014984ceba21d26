import type { Variant } from "./variant.ts";

/** `npm run big-runs` makes them 2,500. */
const manyDishes = Number(process.env["MAINSPRING_DISHES"] ?? 50);

const card = {
  title: "Spring",
  courses: [
    { name: "soup", chefs: [{ name: "Ada" }] },
    { name: "tart", chefs: [{ name: "Ben" }] },
  ],
};
const common = {
  workflow: "kitchen-sink",
  calls: ["ask-market", "ask-wholesaler"],
  answers: {
    "GET /menus/:id": { body: { card } },
    "GET /menus/:id/orders": { body: { orders: [] } },
    "POST /stove": (_: number, body: Record<string, unknown>) => ({
      body: { plate: `plate ${String(body["dish"])}` },
      afterMs: 5,
    }),
    "GET /market/prices/:id": { body: { price: 12 } },
    "POST /wholesaler/requests": { body: { id: "q-1" } },
    "GET /wholesaler/requests/:id": { body: { price: 11 } },
    "PUT /reports/:id": { headers: { location: "/reports/m-1/1" } },
  },
} as const;
const payload =
  (plan: "cook" | "buy" | "skip", more: { readonly thinkMs?: number; readonly window?: number } = {}) =>
  (baseUrl: string) => ({ baseUrl, menuId: "m-1", plan, ...more });
const result = { menu: "Spring", chef: "Ben", courses: ["soup", "tart"], report: "/reports/m-1/1" };
const begun = ["menu SUCCEEDED", "begin SUCCEEDED", "decide SUCCEEDED"];
const ended = ["report SUCCEEDED", "done SUCCEEDED"];
const report = (plan: string, dishes: readonly string[], offer: object | null): string =>
  `PUT /reports/m-1 ${JSON.stringify({ plan, dishes, offer })}`;

/** A fan-out over what a call returned: as many dishes, in their order, no more than the window on the stove. */
function cooking(count: number, window: number): Variant {
  const dishes = Array.from({ length: count }, (_, n) => `dish ${n}`);
  return {
    ...common,
    title: `[ACC-06] ${count} dishes, at most ${window} of them on the stove`,
    payload: payload("cook", { window }),
    answers: { ...common.answers, "GET /menus/:id/orders": { body: { orders: dishes.map((dish) => ({ dish })) } } },
    status: "SUCCEEDED",
    outputs: { ...result, plan: "cook", dishes: dishes.map((dish) => `plate ${dish}`), offer: null },
    state: null,
    trace: [
      ...begun,
      "orders SUCCEEDED",
      "each-order SUCCEEDED",
      ...dishes.map((_, n) => `cook[${n}] SUCCEEDED`),
      ...ended,
    ],
    effects: [
      ...dishes.map((dish, n) => `POST /stove ${JSON.stringify({ dish, place: n + 1 })}`),
      report(
        "cook",
        dishes.map((dish) => `plate ${dish}`),
        null,
      ),
    ],
    atOnceMax: { path: "/stove", count: window },
    withinMs: 120_000 + count * 200,
    inAnyOrder: window > 1,
  };
}

export const kitchenSink: readonly Variant[] = [
  cooking(0, 10),
  cooking(1, 10),
  cooking(manyDishes, 10),
  {
    ...common,
    title: "[ACC-06] bought from whoever answers first; the other child is cancelled",
    payload: payload("buy", { thinkMs: 120_000 }),
    status: "SUCCEEDED",
    outputs: { ...result, plan: "buy", dishes: [], offer: { supplier: "market", price: 12 } },
    state: null,
    trace: [
      ...begun,
      "suppliers SUCCEEDED",
      "ask-market SUCCEEDED",
      "ask-wholesaler CANCELED",
      "take-offer SUCCEEDED",
      ...ended,
    ],
    effects: ['POST /wholesaler/requests {"menu":"m-1"}', report("buy", [], { supplier: "market", price: 12 })],
    children: ["ask-market SUCCEEDED", "ask-wholesaler CANCELED"],
    inAnyOrder: true,
    mayBeLeftOut: 'POST /wholesaler/requests {"menu":"m-1"}',
  },
  {
    ...common,
    title: "[ACC-06] neither cooked nor bought",
    payload: payload("skip"),
    status: "SUCCEEDED",
    outputs: { ...result, plan: "skip", dishes: [], offer: null },
    state: "closed",
    trace: [...begun, "closed SUCCEEDED", ...ended],
    effects: [report("skip", [], null)],
  },
];
