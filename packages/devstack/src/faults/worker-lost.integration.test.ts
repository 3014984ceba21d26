// A call that takes its worker with it, time after time.
import { countingEndpoint, type CountingEndpoint } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectStatus } from "../start/api.ts";
import { startGate, type Gate } from "./gate.ts";
import { startProduct, type Product } from "./product.ts";

let product: Product;
let endpoint: CountingEndpoint;
let gate: Gate;
beforeAll(async () => {
  product = await startProduct({ MAINSPRING_BOUNDS: JSON.stringify({ heartbeatTimeoutMs: 2_000 }) });
  endpoint = await countingEndpoint();
  gate = await startGate(endpoint.url);
});
afterAll(async () => {
  await product?.close();
  await gate?.close();
  await endpoint?.close();
});

test("a call whose worker dies five times in a row ends as WORKER_LOST, and has had its effect once", async () => {
  const { api, world, worker } = product;
  const input = {
    method: "POST",
    url: { $expr: 'payload.url & "/orders"' },
    body: { orderId: "deadly" },
  };
  const steps = [{ id: "order", type: "action.call", action: "http.request@1", input, retry: { maxAttempts: 2 } }];
  const definition = { workflow: "deadly", name: "Deadly", semantics: 2, payload: { type: "object" }, steps };
  expectStatus(await api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await api.request("POST", "/workflows/deadly/publish", {}), 200, 201);
  let kills = 0;
  gate.onAnswer(async () => {
    kills += 1;
    await worker.kill();
  });
  const reply = await api.request("POST", "/workflows/deadly/runs", { payload: { url: gate.url } });
  const runId = String(expectStatus(reply, 202)["runId"]);
  const run = await world.ended(runId, 150_000);
  expect(run).toMatchObject({ status: "FAILED", error: { code: "WORKER_LOST", stepId: "order" } });
  expect(kills).toBe(5);
  expect([...endpoint.facts]).toEqual([["deadly", 1]]);
  await world.expectSound(runId);
}, 180_000);
