import { defineAction } from "@mainspring/actions";
import { forgetDeleted, getEvent, getRun, listRuns, type TenantDb } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { acceptInbound } from "../ingestion/accept.ts";
import { newWorld, type World } from "../testing/world.ts";
import { FairStarts } from "./fair-starts.ts";
import { actInBulk, previewBulk, type BulkRequest } from "./bulk.ts";

const effects: string[] = [];
const book = defineAction({
  name: "shop.book@1",
  title: "Book",
  description: "An effect that is counted",
  effect: "idempotent",
  execution: "remote",
  timeoutMs: 5_000,
  input: z.object({ fact: z.string() }),
  output: z.object({ receipt: z.string() }),
  run: async ({ input }) => {
    effects.push(input.fact);
    return { receipt: input.fact };
  },
});

let world: World;
beforeAll(async () => {
  world = await newWorld({ actions: [book] });
  await world.startWorker();
  await world.publish({ workflow: "naps", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] });
  await world.publish({
    workflow: "books",
    steps: [
      { id: "hear", type: "event.wait", event: "go", correlationKey: { $expr: "payload.key" }, timeoutMs: 60_000 },
      { id: "keyed", type: "action.call", action: "shop.book@1", input: { fact: "keyed" }, idempotencyKey: "the-key" },
      { id: "plain", type: "action.call", action: "shop.book@1", input: { fact: { $expr: "payload.key" } } },
    ],
  });
});
afterAll(() => world?.close());

const parts = () => ({ store: world.store, client: world.client });
const inTenant = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> => world.store.tenant(world.tenantId, work);
const request = (more: Partial<BulkRequest>): BulkRequest => ({
  tenantId: world.tenantId,
  action: "cancel",
  filter: {},
  by: "test",
  ...more,
});

test("[BLK-01] what a preview lists is what happens, to these runs and no others, and each is reported", async () => {
  const [one, two, three] = [await world.start("naps"), await world.start("naps"), await world.start("naps")];
  for (const runId of [one, two, three]) await world.waiting(runId);
  const filter = { workflow: "naps", status: ["WAITING"] };
  const plan = await previewBulk(parts(), request({ filter }));
  expect(plan).toMatchObject({ action: "cancel", count: 3, more: false });
  expect(plan.items.map(({ runId, result }) => [runId, result])).toEqual(
    [three, two, one].map((id) => [id, "planned"]),
  );
  expect((await world.run(one)).cancelRequestedAt).toBeNull();
  await world.cancel(two);
  await world.ended(two);
  const late = await world.start("naps");
  await world.waiting(late);
  const done = await actInBulk(parts(), request({ filter: {}, planHash: plan.planHash, reason: "no longer needed" }));
  expect(done.count).toBe(2);
  expect(Object.fromEntries(done.items.map(({ runId, result, code }) => [runId, code ?? result]))).toEqual({
    [one]: "done",
    [two]: "NO_LONGER_MATCHES",
    [three]: "done",
  });
  expect([(await world.ended(one)).status, (await world.run(late)).status]).toEqual(["CANCELED", "WAITING"]);
  await expect(actInBulk(parts(), request({ action: "delete", planHash: plan.planHash }))).rejects.toMatchObject({
    code: "PLAN_CHANGED",
  });
  await expect(actInBulk(parts(), request({ planHash: "unknown" }))).rejects.toMatchObject({ code: "PLAN_CHANGED" });
});

test("[BLK-01] runs that are chosen one by one are touched, and no others, whatever else passes the filter", async () => {
  const [one, two, three] = [await world.start("naps"), await world.start("naps"), await world.start("naps")];
  for (const runId of [one, two, three]) await world.waiting(runId);
  const gone = crypto.randomUUID();
  const filter = { workflow: "naps", runIds: [one, three, gone] };
  const plan = await previewBulk(parts(), request({ filter }));
  expect(Object.fromEntries(plan.items.map(({ runId, result, code }) => [runId, code ?? result]))).toEqual({
    [one]: "planned",
    [three]: "planned",
    [gone]: "RUN_NOT_FOUND",
  });
  const done = await actInBulk(parts(), request({ filter, planHash: plan.planHash }));
  expect(done).toMatchObject({ count: 2, more: false });
  expect([(await world.ended(one)).status, (await world.ended(three)).status]).toEqual(["CANCELED", "CANCELED"]);
  expect((await world.run(two)).status).toBe("WAITING");
  const none = await actInBulk(parts(), request({ filter: { workflow: "books", runIds: [two] } }));
  expect(none.items).toMatchObject([{ runId: two, result: "skipped", code: "NO_LONGER_MATCHES" }]);
  await world.cancel(two);
  await world.ended(two);
});

test("[BLK-01] [FAI-01] without a plan it acts at once, in its tenant's turn where it starts runs, and says of the others why not", async () => {
  const open = await world.start("naps");
  await world.waiting(open);
  const turns: string[] = [];
  const fair = new FairStarts();
  const starts: Pick<FairStarts, "run"> = {
    run: (tenantId, start) => {
      turns.push(tenantId);
      return fair.run(tenantId, start);
    },
  };
  const replayed = await actInBulk({ ...parts(), starts }, request({ action: "replay", filter: { workflow: "naps" } }));
  const byRun = new Map(replayed.items.map((item) => [item.runId, item]));
  expect(byRun.get(open)).toMatchObject({ result: "skipped", code: "RUN_NOT_ENDED" });
  const done = replayed.items.filter(({ result }) => result === "done");
  expect(done.length).toBe(replayed.count);
  expect(done.length).toBeGreaterThanOrEqual(3);
  expect(turns).toEqual(done.map(() => world.tenantId));
  for (const { runId, newRunId } of done) expect((await world.run(newRunId ?? "")).replayOfRunId).toBe(runId);
  const all = await actInBulk(parts(), request({ filter: {} }));
  expect(all.items.some(({ code }) => code === "RUN_ALREADY_ENDED")).toBe(true);
});

test("[BLK-01] a plan that is carried out again, and a request that comes again with its key, replay no run twice", async () => {
  const runId = await world.start("naps");
  await world.waiting(runId);
  await world.cancel(runId);
  await world.ended(runId);
  const asked = request({ action: "replay", filter: { workflow: "naps", runId } });
  const replaysOf = async (): Promise<number> =>
    (await inTenant((db) => listRuns(db, { workflow: "naps" }, { limit: 200 }))).items.filter(
      ({ replayOfRunId }) => replayOfRunId === runId,
    ).length;
  const plan = await previewBulk(parts(), asked);
  const first = await actInBulk(parts(), { ...asked, planHash: plan.planHash });
  expect(first).toMatchObject({ count: 1, planHash: plan.planHash, expiresAt: plan.expiresAt });
  expect((await actInBulk(parts(), { ...asked, planHash: plan.planHash })).items).toEqual(first.items);
  expect(await replaysOf()).toBe(1);
  // To preview once more is to want it once more.
  const anew = await previewBulk(parts(), asked);
  expect(anew.planHash).not.toBe(plan.planHash);
  const second = await actInBulk(parts(), { ...asked, planHash: anew.planHash });
  expect(second.items[0]?.newRunId).not.toBe(first.items[0]?.newRunId);
  const keyed = { ...asked, idempotencyKey: "once" };
  const third = await actInBulk(parts(), keyed);
  expect((await actInBulk(parts(), keyed)).items).toEqual(third.items);
  expect(await replaysOf()).toBe(3);
  await expect(actInBulk(parts(), { ...keyed, action: "cancel" })).rejects.toMatchObject({
    code: "IDEMPOTENCY_CONFLICT",
  });
});

test("[CAS-01] [TEN-05] [BLK-01] deleting takes ended runs only and all their rows, and still refuses the same event and the same authored key", async () => {
  const runId = await world.start("books", { key: "k-1" });
  await world.waiting(runId);
  const refused = await actInBulk(parts(), request({ action: "delete", filter: { runId } }));
  expect(refused.items).toMatchObject([{ runId, result: "skipped", code: "RUN_NOT_ENDED" }]);
  const eventId = await world.event({ name: "go", id: "e-1", correlationKey: "k-1", payload: { secret: "told once" } });
  await world.ended(runId);
  expect(effects).toEqual(["keyed", "k-1"]);
  expect((await actInBulk(parts(), request({ action: "delete", filter: { runId } }))).items).toMatchObject([
    { runId, result: "done" },
  ]);
  expect(await inTenant((db) => getRun(db, runId))).toBeUndefined();
  for (const table of [
    "workflow_run_steps",
    "workflow_run_waits",
    "workflow_run_journal",
    "workflow_run_executions",
    "workflow_event_deliveries",
  ] as const)
    expect(await inTenant((db) => db.selectFrom(table).select("run_id").where("run_id", "=", runId).execute())).toEqual(
      [],
    );
  const kept = await inTenant((db) =>
    db.selectFrom("workflow_action_invocations").selectAll().where("run_id", "=", runId).execute(),
  );
  expect(kept).toMatchObject([{ input_json: null, output_json: { receipt: "keyed" }, status: "SUCCEEDED" }]);
  expect(await inTenant((db) => getEvent(db, eventId))).toMatchObject({
    eventId: "e-1",
    payload: null,
    correlationKey: null,
  });
  const same = { source: "default", id: "e-1", name: "go", correlationKey: "k-1", payload: { secret: "told once" } };
  expect(await inTenant((db) => acceptInbound(db, same, { paths: {} }))).toEqual({ eventId, duplicate: true });
  expect(await inTenant((db) => acceptInbound(db, { ...same, payload: {} }, { paths: {} }))).toMatchObject({
    problem: { code: "EVENT_CONFLICT" },
  });
  const second = await world.start("books", { key: "k-2" });
  await world.event({ name: "go", correlationKey: "k-2" });
  await world.ended(second);
  expect(effects).toEqual(["keyed", "k-1", "k-2"]);
  const audited = await inTenant((db) =>
    db.selectFrom("audit_log").select("action").where("action", "=", "run.bulk-delete").execute(),
  );
  expect(audited).toHaveLength(2);
  expect(await inTenant(forgetDeleted)).toBe(0);
  await inTenant((db) =>
    db
      .updateTable("workflow_runtime_events")
      .set({ forget_at: new Date(0) })
      .where("id", "=", eventId)
      .execute(),
  );
  expect(await inTenant(forgetDeleted)).toBe(1);
  expect(await inTenant((db) => getEvent(db, eventId))).toBeUndefined();
});
