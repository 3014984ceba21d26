import { isJsonObject } from "@mainspring/core";
import type { Json, JsonObject } from "@mainspring/core";

/** A request to `/demo/*` as the shop needs it. */
export interface DemoRequest {
  readonly method: string;
  /** Without the query, e.g. `/demo/stock/tea-green`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The parsed JSON body; undefined when there is none. */
  readonly body?: unknown;
}

/** Answered as JSON. */
export interface DemoAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** The small shop of `examples/order-fulfilment`, which the server serves in development only. It forgets all when it ends. */
export interface DemoShop {
  handleDemo(request: DemoRequest): DemoAnswer;
}

// What the shop has in stock; it never sells out, so that the example can be run any number of times.
const stock: Readonly<Record<string, number>> = { "cup-white": 120, kettle: 7, "tea-black": 40, "tea-green": 12 };

// Orders, and answers by key, that the shop remembers; the oldest are forgotten first.
const rememberedMax = 10_000;

/** What happened for one order, counted by the fact and not by the key under which it was asked for. */
interface OrderFacts {
  reservations: number;
  charges: number;
  labels: Record<string, number>;
  notices: Record<string, number>;
}

interface Shop {
  readonly orders: Map<string, OrderFacts>;
  readonly answers: Map<string, DemoAnswer>;
  readonly reserveKeysSeen: Map<string, true>;
}

export function createDemoShop(): DemoShop {
  const shop: Shop = { orders: new Map(), answers: new Map(), reserveKeysSeen: new Map() };
  return { handleDemo: (request) => answerTo(shop, request) };
}

function answerTo(shop: Shop, request: DemoRequest): DemoAnswer {
  const [, , noun = "", id, ...rest] = request.path.split("/");
  if (rest.length > 0) return notFound(request.path);
  if (request.method === "GET" && id !== undefined) {
    const key = decoded(id);
    if (noun === "stock") return stockOf(key);
    if (noun === "orders") return factsOf(shop, key);
  }
  const effect = id === undefined && Object.hasOwn(effects, noun) ? effects[noun] : undefined;
  if (effect === undefined) return notFound(request.path);
  if (request.method !== "POST") return refusal(405, "METHOD", "POST is what this takes", { allow: "POST" });
  return once(shop, noun, request, effect);
}

function stockOf(sku: string): DemoAnswer {
  if (!Object.hasOwn(stock, sku)) return refusal(404, "UNKNOWN_SKU", `there is no ${sku} in this shop`);
  return { status: 200, body: { sku, available: stock[sku] ?? 0 } };
}

function factsOf(shop: Shop, orderId: string): DemoAnswer {
  const facts = shop.orders.get(orderId);
  if (facts === undefined) return refusal(404, "UNKNOWN_ORDER", `nothing has happened for order ${orderId}`);
  return { status: 200, body: { orderId, ...structuredClone(facts) } };
}

type Effect = (order: {
  readonly orderId: string;
  readonly facts: OrderFacts;
  readonly body: JsonObject;
}) => DemoAnswer;

/** Honours `Idempotency-Key`: a request with a key that had its effect gets the same answer and has no second effect. */
function once(shop: Shop, noun: string, request: DemoRequest, effect: Effect): DemoAnswer {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string" || key === "") return refusal(400, "KEY_MISSING", "an Idempotency-Key is needed");
  const { body } = request;
  if (!isJsonObject(body) || typeof body.orderId !== "string" || body.orderId === "") {
    return refusal(422, "ORDER_MISSING", "the body is an object with an orderId");
  }
  const answerKey = `${noun} ${key}`;
  const before = shop.answers.get(answerKey);
  if (before !== undefined) return before;
  // As real services do now and then: the first request of each key finds the warehouse busy, and nothing is reserved.
  if (noun === "reserve" && !shop.reserveKeysSeen.has(key)) {
    remember(shop.reserveKeysSeen, key, true);
    return refusal(503, "WAREHOUSE_BUSY", "the warehouse is busy, try again");
  }
  const facts = shop.orders.get(body.orderId) ?? { reservations: 0, charges: 0, labels: {}, notices: {} };
  const answer = effect({ orderId: body.orderId, facts, body });
  if (answer.status !== 200) return answer;
  remember(shop.orders, body.orderId, facts);
  remember(shop.answers, answerKey, answer);
  return answer;
}

const effects: Readonly<Record<string, Effect>> = {
  reserve({ orderId, facts, body }) {
    if (!Array.isArray(body.items) || body.items.length === 0)
      return refusal(422, "ITEMS_MISSING", "items is a list with something in it");
    facts.reservations += 1;
    return { status: 200, body: { reservationId: `res-${orderId}-${facts.reservations}`, items: body.items.length } };
  },
  charge({ orderId, facts, body }) {
    if (typeof body.amount !== "number" || !(body.amount > 0))
      return refusal(422, "AMOUNT_INVALID", "amount is a number above zero");
    facts.charges += 1;
    return { status: 200, body: { chargeId: `chg-${orderId}-${facts.charges}`, amount: body.amount } };
  },
  label({ orderId, facts, body }) {
    if (typeof body.sku !== "string" || !Object.hasOwn(stock, body.sku))
      return refusal(422, "SKU_INVALID", "sku is one of the shop's");
    facts.labels[body.sku] = (facts.labels[body.sku] ?? 0) + 1;
    return { status: 200, body: { label: `lbl-${orderId}-${body.sku}-${facts.labels[body.sku]}`, sku: body.sku } };
  },
  notify({ orderId, facts, body }) {
    const { channel } = body;
    if (channel === "fax") return refusal(410, "FAX_GONE", "faxes are no longer sent, use mail");
    if (channel !== "mail" && channel !== "sms") return refusal(422, "CHANNEL_INVALID", "channel is mail or sms");
    facts.notices[channel] = (facts.notices[channel] ?? 0) + 1;
    return { status: 200, body: { noticeId: `note-${orderId}-${channel}-${facts.notices[channel]}`, channel } };
  },
};

function remember<Value>(memory: Map<string, Value>, key: string, value: Value): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > rememberedMax && oldest !== undefined) memory.delete(oldest);
}

function notFound(path: string): DemoAnswer {
  return refusal(404, "NOT_FOUND", `the shop has no ${path}`);
}

function refusal(status: number, reason: string, message: string, headers?: Record<string, string>): DemoAnswer {
  return { status, body: { reason, message }, ...(headers === undefined ? {} : { headers }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
