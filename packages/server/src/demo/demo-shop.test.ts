import type { Json } from "@mainspring/core";
import { expect, test } from "vitest";
import { createDemoShop } from "./demo-shop.ts";
import type { DemoShop } from "./demo-shop.ts";

function post(shop: DemoShop, path: string, body: unknown, key = "k-1") {
  return shop.handleDemo({ method: "POST", path, headers: { "idempotency-key": key }, body });
}

function get(shop: DemoShop, path: string) {
  return shop.handleDemo({ method: "GET", path, headers: {} });
}

const order = { orderId: "A-1", items: [{ sku: "kettle", quantity: 1 }] };

test("tells what is in stock", () => {
  const shop = createDemoShop();
  expect(get(shop, "/demo/stock/tea-green")).toEqual({ status: 200, body: { sku: "tea-green", available: 12 } });
  expect(get(shop, "/demo/stock/sofa")).toMatchObject({ status: 404, body: { reason: "UNKNOWN_SKU" } });
  expect(get(shop, "/demo/stock/constructor").status).toBe(404);
  expect(get(shop, "/demo/stock/%E0%A4%A").status).toBe(404);
});

test("the first reservation of each key is answered 503, the next reserves", () => {
  const shop = createDemoShop();
  expect(post(shop, "/demo/reserve", order)).toMatchObject({ status: 503 });
  expect(get(shop, "/demo/orders/A-1").status).toBe(404);
  expect(post(shop, "/demo/reserve", order)).toEqual({ status: 200, body: { reservationId: "res-A-1-1", items: 1 } });
  expect(post(shop, "/demo/reserve", order, "k-2").status).toBe(503);
});

test.each([
  ["/demo/charge", { orderId: "A-1", amount: 5 }, { charges: 1 }, { charges: 2 }],
  ["/demo/label", { orderId: "A-1", sku: "kettle" }, { labels: { kettle: 1 } }, { labels: { kettle: 2 } }],
  ["/demo/notify", { orderId: "A-1", channel: "sms" }, { notices: { sms: 1 } }, { notices: { sms: 2 } }],
])("%s has its effect once for a key, and counts by the order", (path, body, first, second) => {
  const shop = createDemoShop();
  const answer = post(shop, path, body);
  expect(answer.status).toBe(200);
  expect(post(shop, path, body)).toEqual(answer);
  expect(get(shop, "/demo/orders/A-1").body).toMatchObject(first);
  expect(post(shop, path, body, "k-2")).not.toEqual(answer);
  expect(get(shop, "/demo/orders/A-1").body).toMatchObject(second);
});

test.each([
  ["no key", "/demo/charge", { orderId: "A-1", amount: 5 }, "", 400],
  ["no order", "/demo/charge", { amount: 5 }, "k", 422],
  ["no object", "/demo/charge", "A-1", "k", 422],
  ["no amount", "/demo/charge", { orderId: "A-1" }, "k", 422],
  ["no items", "/demo/label", { orderId: "A-1" }, "k", 422],
  ["a fax", "/demo/notify", { orderId: "A-1", channel: "fax" }, "k", 410],
  ["an unknown channel", "/demo/notify", { orderId: "A-1", channel: "pigeon" }, "k", 422],
  ["an unknown place", "/demo/refund", { orderId: "A-1" }, "k", 404],
  ["a place below a place", "/demo/charge/x", { orderId: "A-1" }, "k", 404],
  ["the name of an object's own", "/demo/constructor", { orderId: "A-1" }, "k", 404],
])("refuses %s and has no effect", (_, path, body, key, status) => {
  const shop = createDemoShop();
  expect(post(shop, path, body as Json, key).status).toBe(status);
  expect(get(shop, "/demo/orders/A-1").status).toBe(404);
});

test("a place that takes POST says so", () => {
  expect(get(createDemoShop(), "/demo/charge")).toMatchObject({ status: 405, headers: { allow: "POST" } });
});
