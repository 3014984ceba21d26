import { holdStart } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeJournal } from "./testing/journals.ts";
import { platformKey, smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
  await on.one.client.workflows.create({ body: { definition: smallDefinition("small") } });
  await on.one.client.workflows.publish({ params: { key: "small" } });
});
afterAll(() => on.close());

test("quotas are stored as given, what is left out stays, and null lifts a limit", async () => {
  const put = (body: object) => on.client(platformKey).platform.updateTenant({ params: { id: on.other.id }, body });
  expect((await put({ quotas: { stepsPerMonth: 10, concurrentRuns: 3 } })).quotas).toEqual({
    stepsPerMonth: 10,
    concurrentRuns: 3,
    startsPerMinute: null,
    fuelPerMinute: null,
  });
  const lifted = await put({ quotas: { stepsPerMonth: null } });
  expect(lifted.quotas).toMatchObject({ stepsPerMonth: null, concurrentRuns: 3 });
  expect(await on.client(platformKey).platform.getTenant({ params: { id: on.other.id } })).toEqual(lifted);
  await expect(put({ quotas: { stepsPerMonth: -1 } })).rejects.toMatchObject({ status: 422 });
  await expect(put({ quotas: { stepsPerYear: 1 } })).rejects.toMatchObject({ status: 422 });
});

test("usage tells the steps begun this month and the limit, of the caller's tenant alone", async () => {
  const started = await on.one.client.runs.start({ params: { key: "small" }, body: { payload: { n: 1 } } });
  if (!("runId" in started)) throw new Error("the run has ended");
  await writeJournal(on.database.store, { tenantId: on.one.id, runId: started.runId }, [1, 2, 3, 4, 5, 6, 7]);
  await on
    .client(platformKey)
    .platform.updateTenant({ params: { id: on.one.id }, body: { quotas: { stepsPerMonth: 40 } } });
  const { items } = await on.one.client.runs.steps({ params: { id: started.runId } });
  const usage = await on.one.client.usage.get();
  expect(usage.steps).toEqual({ used: items.length, limit: 40 });
  expect(items.length).toBeGreaterThan(0);
  expect(Date.parse(usage.resetsAt)).toBeGreaterThan(Date.now());
  expect((await on.other.client.usage.get()).steps.used).toBe(0);
});

test("[QUO-01] usage tells what is under way, held and used in the last minute, beside the limits", async () => {
  const tenant = await on.makeTenant("Metered");
  await tenant.client.workflows.create({ body: { definition: smallDefinition("metered") } });
  await tenant.client.workflows.publish({ params: { key: "metered" } });
  const none = await tenant.client.usage.get();
  expect(none).toMatchObject({
    runs: { open: 0, limit: null },
    starts: { lastMinute: 0, limit: null },
    fuel: { lastMinute: null, limit: null },
    held: { count: 0, since: null },
  });
  const started = await Promise.all(
    [1, 2, 3].map((n) => tenant.client.runs.start({ params: { key: "metered" }, body: { payload: { n } } })),
  );
  const [first] = started;
  if (first === undefined || !("runId" in first)) throw new Error("the run has ended");
  const { runId } = first;
  await on.database.store.tenant(tenant.id, (db) => holdStart(db, runId, "concurrency-limited"));
  await on.client(platformKey).platform.updateTenant({
    params: { id: tenant.id },
    body: { quotas: { concurrentRuns: 2, fuelPerMinute: 1_000 } },
  });
  expect(await tenant.client.usage.get()).toMatchObject({
    runs: { open: 2, limit: 2 },
    starts: { lastMinute: 2, limit: null },
    fuel: { lastMinute: 0, limit: 1_000 },
    held: {
      count: 1,
      byReason: { "workflow-paused": 0, "concurrency-limited": 1, "over-limit": 0 },
      since: expect.any(String),
    },
  });
});

test("[QUO-01] a workflow's settings are stored as given, and null lifts its limit; pausing says since when, by whom and why", async () => {
  const { workflows } = on.one.client;
  const params = { key: "small" };
  expect(await workflows.putSettings({ params, body: { concurrencyLimit: 3 } })).toEqual({ concurrencyLimit: 3 });
  expect(await workflows.putSettings({ params, body: {} })).toEqual({ concurrencyLimit: 3 });
  expect(await workflows.get({ params })).toMatchObject({ concurrencyLimit: 3, paused: null });
  expect(await workflows.putSettings({ params, body: { concurrencyLimit: null } })).toEqual({ concurrencyLimit: null });
  for (const body of [{ concurrencyLimit: -1 }, { concurrencyLimit: 1.5 }, { concurrency: 1 }])
    await expect(workflows.putSettings({ params, body: body as object })).rejects.toMatchObject({ status: 422 });
  const { paused } = await workflows.pause({ params, body: { note: "closed for the day" } });
  expect(paused).toMatchObject({
    at: expect.any(String),
    by: expect.stringMatching(/^api-key:/),
    note: "closed for the day",
  });
  expect((await workflows.list()).items).toContainEqual(expect.objectContaining({ key: "small", paused }));
  expect(await workflows.unpause({ params })).toEqual({ key: "small", paused: null, released: 0 });
  expect(await workflows.unpublish({ params })).toMatchObject({
    publishedVersion: null,
    unpublishedVersion: 1,
    dropped: 0,
  });
  await expect(workflows.unpublish({ params })).rejects.toMatchObject({ status: 409, code: "NOT_PUBLISHED" });
  expect((await workflows.publish({ params })).version).toBe(2);
  for (const call of [workflows.pause, workflows.unpause, workflows.unpublish])
    await expect(call({ params: { key: "nobody" } })).rejects.toMatchObject({
      status: 404,
      code: "WORKFLOW_NOT_FOUND",
    });
});

test("[RUN-13] a run that is not paused cannot be let go on: 409, and nothing is changed", async () => {
  const started = await on.one.client.runs.start({ params: { key: "small" }, body: { payload: { n: 2 } } });
  if (!("runId" in started)) throw new Error("the run has ended");
  const params = { id: started.runId };
  const before = await on.one.client.runs.get({ params });
  await expect(on.one.client.runs.quotaResume({ params })).rejects.toMatchObject({
    status: 409,
    code: "RUN_NOT_PAUSED",
  });
  expect(await on.one.client.runs.get({ params })).toEqual({ ...before, asOf: expect.any(String) });
  await expect(on.other.client.runs.quotaResume({ params })).rejects.toMatchObject({ status: 404 });
});
