import type { JsonObject } from "@mainspring/core";

type Definition = JsonObject & { workflow: string };

function call(id: string, url: string, more: JsonObject = {}): JsonObject {
  return { id, type: "action.call", action: "http.request@1", input: { method: "GET", url }, ...more };
}

/** Two calls, of which the second ends when its gate opens, a wait for a payment, a last call. */
export function gatedOrder(shopUrl: string, gate: string): Definition {
  return {
    workflow: `gated-${gate}`,
    name: `Gated order ${gate}`,
    payload: { type: "object", required: ["orderId"], properties: { orderId: { type: "string", minLength: 1 } } },
    steps: [
      call("reserve", `${shopUrl}/ok`, { saveAs: "reservation" }),
      call("pack", `${shopUrl}/gate/${gate}`),
      { id: "state", type: "state.set", state: "AWAITING_PAYMENT" },
      {
        id: "paid",
        type: "event.wait",
        event: "payment.received",
        correlationKey: { $expr: "payload.orderId" },
        timeout: { durationMs: 86_400_000 },
        saveAs: "payment",
      },
      call("ship", `${shopUrl}/ok`),
      { id: "done", type: "control.return", output: { paid: { $expr: "vars.payment.amount" } } },
    ],
  };
}

/** A call within a try without a catch, whose endpoint answers 404. */
export function failing(shopUrl: string): Definition {
  return {
    workflow: "failing",
    name: "Failing",
    steps: [
      call("find", `${shopUrl}/ok`),
      {
        id: "guard",
        type: "control.tryCatch",
        try: [call("charge", `${shopUrl}/missing`)],
        finally: [{ id: "tidy", type: "state.set", state: "TIDIED" }],
      },
    ],
  };
}

/** A loop of calls that succeed. */
export function looping(shopUrl: string): Definition {
  return {
    workflow: "looping",
    name: "Looping",
    steps: [
      { id: "each", type: "control.forEach", items: [1, 2, 3], body: [call("label", `${shopUrl}/ok`)] },
      { id: "done", type: "control.return", output: { labels: 3 } },
    ],
  };
}

/** Takes a customer with a secret, and calls with it. */
export function withSecret(shopUrl: string): Definition {
  return {
    workflow: "with-secret",
    name: "With a secret",
    payload: {
      type: "object",
      required: ["orderId", "card"],
      properties: {
        orderId: { type: "string", minLength: 1 },
        card: { type: "string", sensitive: true },
        lines: { type: "array", items: { type: "string" } },
      },
    },
    steps: [
      call("charge", `${shopUrl}/ok`),
      { id: "done", type: "control.return", output: { $expr: "payload.orderId" } },
    ],
  };
}

/** Asks an operator for a decision on a refund. */
export function refund(assignTo: JsonObject = { users: ["the operator"] }, key = "refund"): Definition {
  return {
    workflow: key,
    name: "Refund",
    payload: { type: "object", required: ["orderId"], properties: { orderId: { type: "string" } } },
    steps: [
      {
        id: "approve",
        type: "human.task",
        title: { $expr: "'Refund of ' & payload.orderId" },
        context: { $expr: "{'order': payload.orderId}" },
        assignTo,
        form: {
          type: "object",
          required: ["approved", "amount"],
          properties: {
            approved: { type: "boolean", title: "Approve the refund?" },
            amount: { type: "number", title: "Amount", minimum: 1, maximum: 500 },
            comment: { type: "string", title: "Comment", maxLength: 2_000 },
          },
        },
        due: { durationMs: 7_200_000 },
        saveAs: "decision",
      },
      { id: "done", type: "control.return", output: { $expr: "vars.decision" } },
    ],
  };
}

/** An order that is placed and then fails to be charged until that is mended. */
export function mending(shopUrl: string, name: string): Definition {
  return {
    workflow: `mending-${name}`,
    name: "Order with a card",
    steps: [
      call("look-up", `${shopUrl}/stock-${name}`),
      { ...call("place", ""), input: { method: "POST", url: `${shopUrl}/order-${name}`, body: {} } },
      call("charge", `${shopUrl}/mend/${name}`),
      { id: "done", type: "control.return", output: { charged: true } },
    ],
  };
}
