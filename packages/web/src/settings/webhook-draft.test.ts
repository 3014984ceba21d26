import { expect, test } from "vitest";
import { expressionOf, headersOf, textOf } from "./webhook-draft.ts";

test("[WHK-01] expressions of a webhook are typed and read back, and what was not touched is sent as it was", () => {
  for (const value of [null, "order.placed", { $expr: "body.order.id" }]) {
    expect(expressionOf(textOf(value), value)).toEqual(value);
  }
  expect(textOf("order.placed")).toBe('"order.placed"');
  expect(expressionOf(' "other" ', "order.placed")).toEqual({ $expr: '"other"' });
  expect(expressionOf("", { $expr: "body.n" })).toBeNull();
  expect(headersOf("x-request-id, x-shop\nx-a ,")).toEqual(["x-request-id", "x-shop", "x-a"]);
});
