// Limits on starts as callers of the whole product meet them: server and worker as processes, over HTTP.
import { newApiKey, until } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProduct, type Product } from "../faults/product.ts";
import { apiOf, expectStatus } from "../start/api.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 120_000);
afterAll(() => product?.close());

const definition = {
  workflow: "limited",
  name: "Limited",
  triggers: [{ id: "on-order", event: "order.placed", payload: { $expr: "event.payload" } }],
  steps: [{ id: "wait", type: "event.wait", event: "go", correlationKey: { $expr: "payload.id" }, timeoutMs: 600_000 }],
};

test("[QUO-01] [WHY-02] [ING-21] over a limit a request gets 429 with code and Retry-After, an event's run is held with its reason and starts when there is room; why nothing started is kept", async () => {
  const { api, world, url } = product;
  const platform = apiOf(url, "4fd1c09b7a8e2356dd01ef9a");
  expectStatus(await api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await api.request("POST", "/workflows/limited/publish", {}), 201);
  expectStatus(
    await platform.request("PUT", `/platform/tenants/${world.tenantId}`, { quotas: { concurrentRuns: 1 } }),
    200,
  );
  const start = () => api.request("POST", "/workflows/limited/runs", { payload: { id: "a" } });
  const first = String(expectStatus(await start(), 202)["runId"]);

  const refused = await fetch(`${url}/api/v1/workflows/limited/runs`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await newApiKey(world.store, world.tenantId, "operator")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ payload: { id: "b" } }),
  });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({
    status: 429,
    code: "CONCURRENCY_LIMITED",
    limit: "concurrentRuns",
    max: 1,
    used: 1,
    remedy: expect.stringMatching(/./),
  });

  const over = await until("the refusal is a decision", async () => {
    const { body } = await api.request("GET", "/decisions?workflow=limited&outcome=over-limit");
    return (body["items"] as { sentence: string }[])[0];
  });
  expect(over).toMatchObject({
    outcome: "over-limit",
    workflow: "limited",
    runId: null,
    sentence: expect.stringContaining("1 of 1"),
  });

  const event = { name: "order.placed", id: "e-1", payload: { id: "c" }, correlationKey: "c" };
  const { eventId } = expectStatus(await api.request("POST", "/events", event), 202);
  const held = await until("the event's run is held", async () => {
    const { body } = await api.request("GET", "/runs?workflow=limited&status=QUEUED");
    return (body["items"] as { id: string; queuedReason?: string; why?: { cause: string } }[])[0];
  });
  expect(held).toMatchObject({ why: { cause: "concurrency-limited" } });
  const routed = await until("the event is done with", async () => {
    const { body } = await api.request("GET", `/events/${String(eventId)}`);
    return body["status"] === "completed" ? body : undefined;
  });
  expect(routed).toMatchObject({
    attempts: 1,
    error: null,
    worker: expect.stringMatching(/^[^:]+:\d+:[0-9a-f]+:\d+$/),
    claimedAt: expect.stringMatching(/Z$/),
    runsStarted: 1,
  });
  const times = ["receivedAt", "claimedAt", "processedAt"].map((name) => String(routed[name]));
  expect(times).toEqual(times.toSorted());
  const { body: started } = await api.request("GET", `/events/${String(eventId)}/why`);
  expect(started).toMatchObject({ cause: "fired" });
  const { body: why } = await api.request("GET", `/runs/${held.id}/why`);
  expect(why).toMatchObject({ cause: "concurrency-limited", sentence: expect.stringContaining("1 of 1 runs") });
  expect((await api.request("GET", "/usage")).body).toMatchObject({
    runs: { open: 1, limit: 1 },
    held: { count: 1, byReason: { "concurrency-limited": 1 } },
  });
  expect((await api.request("GET", `/runs/${held.id}`)).body).toMatchObject({
    status: "QUEUED",
    queuedReason: "concurrency-limited",
    startedAt: null,
  });

  expectStatus(await api.request("POST", `/runs/${first}/cancel`, {}), 202);
  const endedAt = Date.now();
  await until("the held run has started", async () =>
    (await api.request("GET", `/runs/${held.id}`)).body["startedAt"] === null ? undefined : true,
  );
  expect(Date.now() - endedAt).toBeLessThan(10_000);
  expect((await start()).status).toBe(429);

  expectStatus(await api.request("PUT", "/workflows/limited/settings", { concurrencyLimit: 1 }), 200);
  expectStatus(
    await platform.request("PUT", `/platform/tenants/${world.tenantId}`, { quotas: { concurrentRuns: null } }),
    200,
  );
  expect((await start()).body).toMatchObject({ status: 429, code: "CONCURRENCY_LIMITED", limit: "concurrencyLimit" });
  expectStatus(await platform.request("PUT", `/platform/tenants/${world.tenantId}`, { suspended: true }), 200);
  expect((await start()).body).toMatchObject({ status: 403, code: "TENANT_SUSPENDED" });
}, 120_000);
