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
