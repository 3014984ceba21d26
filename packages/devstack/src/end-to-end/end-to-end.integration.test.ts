// The whole product as its callers meet it: server and worker as processes, over HTTP, from an event to its effect outside.
import { countingEndpoint, until, type CountingEndpoint } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProduct, type Product } from "../faults/product.ts";
import { expectStatus } from "../start/api.ts";

let product: Product;
let shop: CountingEndpoint;
beforeAll(async () => {
  [product, shop] = await Promise.all([startProduct({ MAINSPRING_LOG_LEVEL: "info" }), countingEndpoint()]);
  const orderId = { $expr: "payload.id" };
  await publish({
    workflow: "ship",
    payload: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
    steps: [
      {
        id: "send",
        type: "action.call",
        action: "http.request@1",
        input: { method: "POST", url: `${shop.url}/orders`, body: { orderId } },
        saveAs: "sent",
      },
      { id: "done", type: "control.return", output: { status: { $expr: "vars.sent.status" } } },
    ],
  });
  await publish({
    workflow: "order",
    payload: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
    triggers: [{ id: "placed", event: "order.placed", payload: { id: { $expr: "event.payload.id" } } }],
    steps: [
      { id: "nap", type: "time.wait", durationMs: 50 },
      { id: "paid", type: "event.wait", event: "payment.received", correlationKey: orderId, timeoutMs: 600_000 },
      { id: "ship", type: "control.callWorkflow", workflow: "ship", input: { id: orderId }, saveAs: "shipped" },
      { id: "done", type: "control.return", output: { $expr: "vars.shipped" } },
    ],
  });
}, 120_000);
afterAll(async () => {
  await product?.close();
  await shop?.close();
});

async function publish(definition: { readonly workflow: string; readonly [name: string]: unknown }): Promise<void> {
  expectStatus(await product.api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await product.api.request("POST", `/workflows/${definition.workflow}/publish`, {}), 201);
}

type Row = Record<string, unknown>;

async function get(path: string): Promise<Row> {
  return expectStatus(await product.api.request("GET", path), 200);
}

async function waits(runId: string): Promise<void> {
  await until(`run ${runId} waits for its payment`, async () => {
    const { items } = await get(`/runs/${runId}/waits`);
    return (items as Row[]).some(({ eventName, event, status }) => {
      return (eventName ?? event) === "payment.received" && status === "WAITING";
    })
      ? true
      : undefined;
  });
}

/** What the worker has written about an event, once it has routed it. */
async function routed(eventId: string): Promise<Row> {
  return until(`the log tells what became of event ${eventId}`, () => {
    const line = product
      .logs()
      .split("\n")
      .find((text) => text.includes(eventId) && text.includes('"outcome"'));
    return Promise.resolve(line === undefined ? undefined : (JSON.parse(line.slice(line.indexOf("{"))) as Row));
  });
}

test("[TST-27] [ING-18] [OPS-09] an event starts a run, which sleeps, waits for another event and calls a child, whose effect is made once; the worker logs each event's outcome", async () => {
  const { api } = product;
  const placed = expectStatus(
    await api.request("POST", "/events", { name: "order.placed", id: "placed-1", payload: { id: "o-1" } }),
    202,
  );
  const runId = await until("the event has started a run", async () => {
    const { items } = await get("/runs?workflow=order&trigger=event");
    return (items as { id: string }[])[0]?.id;
  });
  await waits(runId);
  const paid = expectStatus(
    await api.request("POST", "/events", {
      name: "payment.received",
      id: "paid-1",
      correlationKey: "o-1",
      payload: {},
    }),
    202,
  );
  const run = await until("the run has ended", async () => {
    const body = await get(`/runs/${runId}`);
    return body["completedAt"] === null ? undefined : body;
  });
  expect(run).toMatchObject({ status: "SUCCEEDED", output: { status: 200 } });
  const { items: children } = await get("/runs?workflow=ship");
  expect(children).toMatchObject([{ status: "SUCCEEDED" }]);
  expect(await get(`/runs/${(children as { id: string }[])[0]?.id}`)).toMatchObject({
    parentRunId: runId,
    rootRunId: runId,
  });
  expect([...shop.facts]).toEqual([["o-1", 1]]);

  const worker = expect.stringMatching(/:\d+:/) as string;
  expect(await routed(String(placed["eventId"]))).toMatchObject({
    worker,
    name: "order.placed",
    outcome: "completed",
    started: [runId],
  });
  expect(await routed(String(paid["eventId"]))).toMatchObject({
    worker,
    name: "payment.received",
    outcome: "completed",
    runs: [runId],
  });
});

test("[TST-27] a run that is started by hand and cancelled while it waits ends CANCELED and has no effect", async () => {
  const { api } = product;
  const started = expectStatus(await api.request("POST", "/workflows/order/runs", { payload: { id: "o-2" } }), 202);
  const runId = String(started["runId"]);
  await waits(runId);
  expectStatus(await api.request("POST", `/runs/${runId}/cancel`, { reason: "a test" }), 202);
  await until("the run has ended", async () =>
    (await get(`/runs/${runId}`))["status"] === "CANCELED" ? true : undefined,
  );
  const { items } = await get(`/runs/${runId}/waits`);
  expect((items as Row[]).map(({ status }) => status)).not.toContain("WAITING");
  expect(shop.facts.has("o-2")).toBe(false);
  expect((await api.request("POST", `/runs/${runId}/cancel`, {})).body).toMatchObject({ code: "RUN_ALREADY_ENDED" });
});
