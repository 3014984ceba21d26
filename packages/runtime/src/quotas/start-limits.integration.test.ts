import { type MainspringError, type Json } from "@mainspring/core";
import { openStore, putQuotas, putWorkflowSettings, type Quotas, type Store } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { cancelRun } from "../launcher/cancel.ts";
import { launch, type Launched } from "../launcher/launch.ts";
import { asksWhy, evidenceOf } from "../testing/asks-why.ts";
import { newTenant } from "../testing/publish.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
/** As many processes have: connections of their own. */
let stores: readonly Store[];
beforeAll(async () => {
  world = await newWorld();
  stores = Array.from({ length: 4 }, () => openStore({ url: world.database.appUrl, max: 10 }));
  for (const [workflow, durationMs] of [
    ["nap", 150],
    ["sleep", 3_600_000],
    ["other", 3_600_000],
  ] as const)
    await world.publish({ workflow, steps: [{ id: "nap", type: "time.wait", durationMs }] });
  await world.publish({
    workflow: "caller",
    steps: [{ id: "call", type: "control.callWorkflow", workflow: "sleep", input: {} }],
  });
  await world.startWorker();
});
afterAll(async () => {
  for (const store of stores ?? []) await store.close();
  await world?.close();
});

afterEach(() => clear(), 30_000);

const event: Json = { type: "event", eventId: "0192d3a0-0000-7000-8000-000000000001", triggerId: "t" };
const schedule: Json = {
  type: "schedule",
  scheduleId: "0192d3a0-0000-7000-8000-000000000002",
  nominalAt: "2026-11-26T00:00:00.000Z",
};

function start(
  workflowKey: string,
  more: { trigger?: Json; idempotencyKey?: string; by?: number } = {},
): Promise<Launched> {
  const { by = 0, ...request } = more;
  const store = stores[by % stores.length] as Store;
  const { tenantId, client } = world;
  return launch(
    { store, client, workflowTaskTimeoutMs: 3_000 },
    { tenantId, workflowKey, payload: {}, startedBy: "test", ...request },
  );
}

const refusal = (promise: Promise<unknown>): Promise<MainspringError> =>
  promise.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: unknown) => error as MainspringError,
  );

const quotas = (change: Partial<Quotas>) => world.store.tenant(world.tenantId, (db) => putQuotas(db, change));
const settings = (key: string, concurrencyLimit: number | null) =>
  world.store.tenant(world.tenantId, (db) => putWorkflowSettings(db, key, { concurrencyLimit }));

/** Runs of the tenant that have started and whose end is not confirmed, by their rows alone. */
async function open(workflow?: string): Promise<number> {
  const rows = await asOwner(
    world.database,
    `select count(*)::int as open from workflow_runs where tenant_id = $1 and parent_run_id is null and started_at is not null
      and confirmed_at is null and ($2::text is null or workflow_key = $2)`,
    [world.tenantId, workflow ?? null],
  );
  return (rows as { open: number }[])[0]?.open ?? 0;
}

/** Cancels whatever is open or held, so that no test finds another's runs. */
async function clear(): Promise<void> {
  await quotas({ concurrentRuns: null, startsPerMinute: null, fuelPerMinute: null });
  for (const key of ["nap", "sleep", "other", "caller"]) await settings(key, null);
  await until("nothing is open or held", async () => {
    const rows = await asOwner(
      world.database,
      "select id from workflow_runs where tenant_id = $1 and confirmed_at is null and parent_run_id is null",
      [world.tenantId],
    );
    for (const { id } of rows as { id: string }[])
      await cancelRun(world, { tenantId: world.tenantId, runId: id, by: "test" }).catch(() => undefined);
    return rows.length === 0 ? true : undefined;
  });
}

const started = (runId: string) =>
  until("it has started", async () => ((await world.run(runId)).startedAt === null ? undefined : true), {
    withinMs: 10_000,
  });

test("[CAS-01] [QUO-01] of 60 events that race over four processes for 5 places, never more than 5 run at once, and all run", async () => {
  await quotas({ concurrentRuns: 5 });
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) most = Math.max(most, await open());
  })();
  try {
    const launched = await Promise.all(
      Array.from({ length: 60 }, (_, by) => start("nap", { by, trigger: by % 2 === 0 ? event : schedule })),
    );
    const held = launched.flatMap((one) => (one.held === undefined ? [] : [one.held]));
    // One that ends while others still arrive makes room for one more.
    expect(held.length).toBeGreaterThan(40);
    expect(held.length).toBeLessThanOrEqual(55);
    expect(new Set(held)).toEqual(new Set(["concurrency-limited"]));
    for (const { runId } of launched) expect((await world.ended(runId, 120_000)).status).toBe("SUCCEEDED");
  } finally {
    over = true;
    await watching;
  }
  expect(most).toBe(5);
  // Of the rows as they were left: at no run's start more than 5 had started and not been confirmed.
  const rows = await asOwner(
    world.database,
    `select max((select count(*)::int from workflow_runs b where b.tenant_id = a.tenant_id and b.workflow_key = 'nap'
        and b.started_at <= a.started_at and b.confirmed_at > a.started_at)) as overlap
      from workflow_runs a where a.tenant_id = $1 and a.workflow_key = 'nap'`,
    [world.tenantId],
  );
  expect((rows as { overlap: number }[])[0]?.overlap).toBeLessThanOrEqual(5);
}, 150_000);

test("[QUO-01] of 40 requests that race for 3 places 3 get one, the others 429 with a code; an end makes room at once", async () => {
  await quotas({ concurrentRuns: 3 });
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, by) => start("sleep", { by })));
  const accepted = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.runId] : []));
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as MainspringError] : []));
  expect(accepted).toHaveLength(3);
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["CONCURRENCY_LIMITED"]));
  expect(refused[0]?.details).toMatchObject({
    limit: "concurrentRuns",
    max: 3,
    used: 3,
    retryAfterS: expect.any(Number),
  });
  // Nothing of those that were refused is there.
  expect(await open()).toBe(3);
  await cancelRun(world, { tenantId: world.tenantId, runId: accepted[0] ?? "", by: "test" });
  await until("it has ended", async () =>
    (await world.run(accepted[0] ?? "")).status === "CANCELED" ? true : undefined,
  );
  const next = await start("sleep");
  expect(next.held).toBeUndefined();
  expect((await refusal(start("sleep"))).code).toBe("CONCURRENCY_LIMITED");
}, 60_000);

test("[QUO-01] requests with one Idempotency-Key that race at the limit are one run, and none is refused", async () => {
  await quotas({ concurrentRuns: 1 });
  const all = await Promise.all(Array.from({ length: 12 }, (_, by) => start("sleep", { by, idempotencyKey: "once" })));
  expect(new Set(all.map(({ runId }) => runId)).size).toBe(1);
  expect(all.filter(({ created }) => created)).toHaveLength(1);
}, 60_000);

test("[CAS-01] [QUO-01] held starts go in the order of acceptance; a cancelled one has left the line; they do not age meanwhile", async () => {
  await quotas({ concurrentRuns: 1 });
  const first = await start("sleep");
  const held: string[] = [];
  for (let i = 0; i < 4; i++) {
    const one = await start("nap", { trigger: event });
    expect(one).toMatchObject({ status: "QUEUED", held: "concurrency-limited" });
    held.push(one.runId);
  }
  const [a = "", b = "", c = "", d = ""] = held;
  expect(await world.run(a)).toMatchObject({ status: "QUEUED", queuedReason: "concurrency-limited", startedAt: null });
  // Two hours, past the hour that a start is tried for.
  await asOwner(world.database, "update outbox set created_at = created_at - interval '2 hours' where tenant_id = $1", [
    world.tenantId,
  ]);
  const canceled = await cancelRun(world, { tenantId: world.tenantId, runId: b, by: "test" });
  expect(canceled.status).toBe("CANCELED");
  expect((await world.run(a)).status).toBe("QUEUED");
  await cancelRun(world, { tenantId: world.tenantId, runId: first.runId, by: "test" });
  for (const runId of [a, c, d]) expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  const [ra, rc, rd] = [await world.run(a), await world.run(c), await world.run(d)];
  expect(Date.parse(ra.startedAt ?? "")).toBeLessThan(Date.parse(rc.startedAt ?? ""));
  expect(Date.parse(rc.startedAt ?? "")).toBeLessThan(Date.parse(rd.startedAt ?? ""));
  // The next one starts a second or so after the end before it.
  expect(Date.parse(rc.startedAt ?? "") - Date.parse(ra.completedAt ?? "")).toBeLessThan(3_000);
  expect(await world.hasExecution(b)).toBe(false);
}, 60_000);

test("[CAS-01] [QUO-01] a workflow's own limit holds its starts alone; children do not count, replays do", async () => {
  await settings("sleep", 1);
  await quotas({ concurrentRuns: 3 });
  const asleep = await start("sleep");
  const held = await start("sleep", { trigger: schedule });
  expect(held.held).toBe("concurrency-limited");
  expect((await refusal(start("sleep"))).details).toMatchObject({ limit: "concurrencyLimit", max: 1, used: 1 });
  // It stands in front of others of the tenant, which have room.
  const other = await start("other", { trigger: event });
  expect(other.held).toBeUndefined();
  // Calls what is at its limit: the child starts.
  const caller = await start("caller");
  await world.waiting(caller.runId);
  expect((await refusal(start("other"))).code).toBe("CONCURRENCY_LIMITED");
  expect(await open()).toBe(3);
  await cancelRun(world, { tenantId: world.tenantId, runId: asleep.runId, by: "test" });
  await started(held.runId);
  expect((await refusal(world.replay(asleep.runId))).code).toBe("CONCURRENCY_LIMITED");
}, 60_000);

test("[CAS-01] [QUO-01] a run that ended outside, and one that nobody confirmed, give back their place", async () => {
  await quotas({ concurrentRuns: 2 });
  const one = await start("sleep");
  const two = await start("nap");
  const held = [await start("other", { trigger: event }), await start("other", { trigger: event })];
  await world.client.workflow.getHandle(`workflow-runtime-v2:run:${one.runId}`).terminate("by hand");
  for (const { runId } of held) await started(runId);
  expect((await world.run(two.runId)).confirmedAt).not.toBeNull();
}, 60_000);

test("[QUO-01] [WHY-01] concurrency-limited: the limit and the oldest runs; healed within 5 s of an end", async () => {
  const why = asksWhy(world);
  await quotas({ concurrentRuns: 2 });
  const running = [(await start("sleep")).runId, (await start("other")).runId];
  const { runId } = await start("nap", { trigger: event });
  const answer = await why.leads(runId, "concurrency-limited");
  expect(answer.sentence).toBe("2 of 2 runs of the tenant are under way; it starts when one ends.");
  expect(evidenceOf(answer, "limit")).toEqual([{ of: "tenant", limit: 2, running: 2 }]);
  expect(evidenceOf(answer, "oldest-run").map((one) => (one as { runId: string }).runId)).toEqual(running);
  await cancelRun(world, { tenantId: world.tenantId, runId: running[0] ?? "", by: "test" });
  await why.goes(runId, "concurrency-limited");
}, 60_000);

test("[QUO-01] [WHY-01] starts a minute: of 20 that race 4 are made, requests get 429 and when, events wait and say so", async () => {
  const why = asksWhy(world);
  await quotas({ startsPerMinute: 4 });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, by) => start("nap", { by })));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  const refused = await refusal(start("nap"));
  expect(refused.code).toBe("RATE_LIMITED");
  const { retryAfterS } = refused.details as { retryAfterS: number };
  expect(retryAfterS).toBeGreaterThan(50);
  expect(retryAfterS).toBeLessThanOrEqual(61);
  const held = await Promise.all(Array.from({ length: 6 }, (_, by) => start("nap", { by, trigger: event })));
  expect(new Set(held.map((one) => one.held))).toEqual(new Set(["over-limit"]));
  const [first] = held;
  expect(await world.run(first?.runId ?? "")).toMatchObject({ status: "QUEUED", queuedReason: "over-limit" });
  const answer = await why.leads(first?.runId ?? "", "over-limit");
  expect(answer.sentence).toMatch(/^4 of 4 starts of the minute were used/);
  // A minute passes.
  await asOwner(
    world.database,
    "update minute_usage set second = second - interval '62 seconds' where tenant_id = $1",
    [world.tenantId],
  );
  await why.goes(first?.runId ?? "", "over-limit");
  await until("four more were made", async () => {
    const rows = await Promise.all(held.map(({ runId }) => world.run(runId)));
    return rows.filter(({ startedAt }) => startedAt !== null).length === 4 ? true : undefined;
  });
  expect((await refusal(start("nap"))).code).toBe("RATE_LIMITED");
}, 60_000);

test("[QUO-01] fuel a minute: what expressions use is counted once, over it requests get 429 and events wait", async () => {
  const why = asksWhy(world);
  await world.publish({
    workflow: "heavy",
    steps: [
      { id: "sum", type: "transform.assign", assign: { "vars.sum": { $expr: "$sum([1..5000])" } } },
      { id: "now", type: "action.call", action: "time.now@1", input: {} },
      { id: "nap", type: "time.wait", durationMs: 50 },
      { id: "again", type: "transform.assign", assign: { "vars.sum": { $expr: "$sum([1..5000])" } } },
    ],
  });
  await quotas({ fuelPerMinute: 30_000 });
  const first = await start("heavy");
  expect((await world.ended(first.runId)).status).toBe("SUCCEEDED");
  const used = async () =>
    (await asOwner(
      world.database,
      `select (select sum(fuel)::int from minute_usage where tenant_id = $1) as counted,
        (select sum(fuel_used)::int from workflow_runs where tenant_id = $1) as told`,
      [world.tenantId],
    )) as { counted: number; told: number }[];
  const [one] = await used();
  expect(one?.counted).toBe(one?.told);
  expect(one?.counted).toBeGreaterThan(10_000);
  // The same run again uses the same.
  const second = await start("heavy");
  await world.ended(second.runId);
  const [two] = await used();
  expect(two).toEqual({ counted: 2 * (one?.counted ?? 0), told: 2 * (one?.counted ?? 0) });
  const refused = await refusal(start("heavy"));
  expect(refused.code).toBe("RATE_LIMITED");
  expect(refused.details).toMatchObject({ limit: "fuelPerMinute", max: 30_000, retryAfterS: expect.any(Number) });
  const held = await start("heavy", { trigger: event });
  expect(held.held).toBe("over-limit");
  const answer = await why.leads(held.runId, "over-limit");
  expect(answer.sentence).toMatch(/of 30000 units of fuel of the minute were used/);
  await asOwner(
    world.database,
    "update minute_usage set second = second - interval '62 seconds' where tenant_id = $1",
    [world.tenantId],
  );
  await why.goes(held.runId, "over-limit");
  expect((await world.ended(held.runId)).status).toBe("SUCCEEDED");
  await world.expectSound(held.runId);
});

test("[QUO-01] a suspended tenant starts nothing, and what it holds stays held", async () => {
  await quotas({ concurrentRuns: 1 });
  const first = await start("sleep");
  const { runId } = await start("nap", { trigger: event });
  const suspend = (on: boolean) =>
    asOwner(world.database, `update tenants set suspended_at = ${on ? "now()" : "null"} where id = $1`, [
      world.tenantId,
    ]);
  await suspend(true);
  expect((await refusal(start("nap", { trigger: event }))).code).toBe("TENANT_SUSPENDED");
  expect((await refusal(start("nap"))).code).toBe("TENANT_SUSPENDED");
  await cancelRun(world, { tenantId: world.tenantId, runId: first.runId, by: "test" });
  await until("the end is confirmed", async () =>
    (await world.run(first.runId)).confirmedAt === null ? undefined : true,
  );
  expect((await world.run(runId)).startedAt).toBeNull();
  await suspend(false);
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
}, 60_000);

test("[QUO-01] a tenant's limits are its own", async () => {
  await quotas({ concurrentRuns: 0, startsPerMinute: 0 });
  const other = await newTenant(world.store);
  expect((await refusal(start("nap"))).code).toBe("CONCURRENCY_LIMITED");
  const error = await refusal(launch(world, { tenantId: other, workflowKey: "nap", payload: {}, startedBy: "test" }));
  expect(error.code).toBe("WORKFLOW_NOT_FOUND");
});
