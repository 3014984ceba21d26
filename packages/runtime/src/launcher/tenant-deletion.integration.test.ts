import { scheduleTickType, workflowIdOf } from "@mainspring/core";
import {
  beginDeletion,
  getTenant,
  listAudit,
  putSecret,
  recordAudit,
  recordDecision,
  tenantTables,
  updateTenant,
  verifyAudit,
  type TenantDb,
} from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSchedules } from "../schedules/schedules.ts";
import { temporalSchedules } from "../schedules/temporal-schedules.ts";
import { isNotFound } from "../temporal/grpc.ts";
import { noRedisHere, startRedis } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { continueDeletions } from "../worker/housekeeping.ts";
import { launch } from "./launch.ts";
import { continueDeletion, deleteTenant } from "./tenant-deletion.ts";

/** Temporal takes its time to delete what it was asked to delete: by its defaults some 35 s. */
const goneWithinMs = 100_000;
const quiet = { info: () => undefined, warn: () => undefined };

const naps = { workflow: "naps", steps: [{ id: "nap", type: "time.wait", durationMs: 3_600_000 }] };
const quick = {
  workflow: "quick",
  payload: { type: "object", properties: { big: { type: "string" } } },
  steps: [{ id: "done", type: "control.return", output: { $expr: "payload" } }],
};
/** It does not end when it is cancelled: its undoing waits. */
const stubborn = {
  workflow: "stubborn",
  steps: [
    {
      id: "held",
      type: "control.tryCatch",
      try: [{ id: "nap", type: "time.wait", durationMs: 3_600_000 }],
      finally: [{ id: "linger", type: "time.wait", durationMs: 1_800_000 }],
    },
  ],
};

/** Worlds share the bundle; each has a tenant to delete. */
let worlds: World[] = [];
beforeAll(async () => {
  worlds = await Promise.all(Array.from({ length: 3 }, () => newWorld()));
  for (const world of worlds) {
    await world.startWorker({ waits: { reconcileEveryMs: 60_000 } });
    for (const definition of [naps, quick, stubborn]) await world.publish(definition);
  }
});
afterAll(async () => void (await Promise.all(worlds.map((world) => world.close()))));

const partsOf = (world: World) => ({ store: world.store, client: world.client });
const inTenant = <T>(world: World, work: (db: TenantDb) => Promise<T>): Promise<T> =>
  world.store.tenant(world.tenantId, work);

/** Rows, secrets, big values, events, a decision, an audit entry that names somebody. */
async function furnish(world: World): Promise<{ readonly ended: string; readonly napping: string }> {
  const ended = await world.start("quick", { big: "x".repeat(60_000) });
  await world.ended(ended);
  await world.event({ name: "nobody.waits", correlationKey: "k" });
  await inTenant(world, async (db) => {
    await putSecret(db, { name: "token", value: "a secret value of theirs" });
    await recordDecision(db, { outcome: "no-trigger" });
    await recordAudit(db, {
      actor: "api-key:grace",
      action: "secret.set",
      subject: "secret:token",
      details: { by: "grace" },
    });
  });
  const napping = await world.start("naps");
  await world.waiting(napping);
  return { ended, napping };
}

/** By the database's owner, over every table that has a column of tenants. */
async function rowsLeft(world: World): Promise<{ [table: string]: number }> {
  const tables = (await asOwner(
    world.database,
    "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id' order by 1",
  )) as readonly { readonly name: string }[];
  expect(tables.length).toBeGreaterThan(25);
  const left: { [table: string]: number } = {};
  for (const { name } of tables) {
    const [row] = (await asOwner(world.database, `select count(*)::int as n from ${name} where tenant_id = $1`, [
      world.tenantId,
    ])) as readonly { readonly n: number }[];
    if (row !== undefined && row.n > 0) left[name] = row.n;
  }
  return left;
}

/** A stream with an entry in it, where there is a Redis. */
async function streamOf(world: World): Promise<
  | {
      readonly part: { readonly stream: { readonly url: string; readonly prefix: string } };
      exists(): Promise<boolean>;
      close(): Promise<void>;
    }
  | undefined
> {
  if (noRedisHere() !== undefined) return undefined;
  const redis = await startRedis();
  const key = `t:${world.tenantId}`;
  await redis.client.xAdd(key, "*", { id: "theirs" });
  return {
    part: { stream: { url: redis.url, prefix: "t:" } },
    exists: async () => (await redis.client.exists(key)) > 0,
    close: () => redis.close(),
  };
}

async function isOpen(world: World, runId: string): Promise<boolean> {
  return world.client.workflow
    .getHandle(workflowIdOf(runId))
    .describe()
    .then(
      ({ status }) => status.name === "RUNNING",
      () => false,
    );
}

async function isKnown({ client }: World, workflowId: string): Promise<boolean> {
  const { namespace } = client.options;
  return client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } }).then(
    () => true,
    (error: unknown) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
}

test("[TEN-05] a tenant with runs under way is not deleted unless one says what becomes of them", async () => {
  const world = worlds[0] as World;
  const { napping } = await furnish(world);
  const ask = { tenantId: world.tenantId, graceMs: 0, by: "platform", withinMs: goneWithinMs };
  await expect(deleteTenant(partsOf(world), { ...ask, mode: "refuse" })).rejects.toMatchObject({
    code: "TENANT_IN_USE",
    details: { openRuns: 1, byStatus: { WAITING: 1 } },
  });
  expect(await inTenant(world, getTenant)).toMatchObject({ suspended: false, deletion: null });
  expect(await isOpen(world, napping)).toBe(true);
  await expect(
    deleteTenant(partsOf(world), { ...ask, tenantId: "01900000-0000-7000-8000-000000000000", mode: "refuse" }),
  ).rejects.toMatchObject({ code: "TENANT_NOT_FOUND" });
});

test("[TEN-05] deleting terminates executions, erases keys and rows in every table, keeps the audit under pseudonyms, and proves it", async () => {
  const world = worlds[0] as World;
  const others = await world.store.platform(async (db) => updateTenant(db, world.tenantId, {}));
  expect(others?.suspended).toBe(false);
  const [napping] = (await asOwner(world.database, "select id from workflow_runs where status = 'WAITING'")) as [
    { id: string },
  ];
  const temporal = temporalSchedules(world.client);
  const schedules = createSchedules({ store: world.store, temporal });
  const rule = { tenantId: world.tenantId, workflow: "naps", spec: { everyMs: 86_400_000 }, by: "test" };
  const { temporalScheduleId } = await schedules.create({ ...rule, state: "paused" });
  expect((await world.client.schedule.getHandle(temporalScheduleId).describe()).scheduleId).toBe(temporalScheduleId);
  // A tick leaves a history of its own, and what Temporal made of the schedule is one too.
  await world.client.schedule.getHandle(temporalScheduleId).trigger();
  const ticks = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { workflowId } of world.client.workflow.list({
      query: `WorkflowType = "${scheduleTickType}" AND ExecutionStatus != "Running"`,
    }))
      found.push(workflowId);
    return found;
  };
  const [tick] = await until("the tick is listed", async () => ((await ticks()).length > 0 ? ticks() : undefined));
  const runIds = (await asOwner(world.database, "select id from workflow_runs where tenant_id = $1", [
    world.tenantId,
  ])) as { id: string }[];
  const histories = [...runIds.map(({ id }) => workflowIdOf(id)), `temporal-sys-scheduler:${temporalScheduleId}`, tick];
  for (const id of histories) expect(await isKnown(world, id ?? ""), id).toBe(true);
  const before = await rowsLeft(world);
  const ask = { tenantId: world.tenantId, graceMs: 0, by: "platform", withinMs: goneWithinMs } as const;
  const stream = await streamOf(world);
  const proof = await deleteTenant({ ...partsOf(world), ...stream?.part }, { ...ask, mode: "terminate" });
  expect(await stream?.exists()).not.toBe(true);
  await stream?.close();
  for await (const { tenantId } of temporal.list()) expect(tenantId).not.toBe(world.tenantId);
  expect(proof).toMatchObject({
    status: "deleted",
    mode: "terminate",
    executions: { open: 0, schedules: 1, left: { open: 0, histories: 0, schedules: 0, listed: 0 } },
    keysErased: 1,
  });
  expect(proof).toHaveProperty("executions.removed", histories.length);
  for (const id of histories) expect(await isKnown(world, id ?? ""), id).toBe(false);
  await expect(world.client.schedule.getHandle(temporalScheduleId).describe()).rejects.toThrow(/not found/i);
  expect(await ticks()).toEqual([]);
  if (proof.status !== "deleted") throw new Error("not deleted");
  const deleted = Object.fromEntries(proof.tables.map((one) => [one.table, one.deleted]));
  for (const [table, count] of Object.entries(before))
    if (table !== "audit_log") expect(deleted[table], table).toBeGreaterThanOrEqual(count);
  expect(proof.tables.every(({ left }) => left === 0)).toBe(true);
  expect(proof.tables.map(({ table }) => table)).toEqual(
    (await inTenant(world, tenantTables)).map(({ name }) => name).filter((name) => name !== "audit_log"),
  );
  expect(Object.keys(await rowsLeft(world))).toEqual(["audit_log"]);
  expect(await isOpen(world, napping.id)).toBe(false);
  const audit = await asOwner(world.database, "select * from audit_log where tenant_id = $1 order by seq", [
    world.tenantId,
  ]);
  expect(JSON.stringify(audit.slice(0, -1))).not.toMatch(/grace|token|naps/);
  const { items } = await inTenant(world, (db) => listAudit(db, {}, {}));
  expect(items[0]).toMatchObject({ actor: "platform", action: "tenant.delete", details: { keysErased: 1 } });
  expect(items.slice(1).every(({ subject }) => subject.startsWith("pseudonym:"))).toBe(true);
  expect(await inTenant(world, (db) => verifyAudit(db))).toMatchObject({ valid: true, entries: items.length });
  // Asked again it is the same proof, and nothing happens.
  expect(await deleteTenant(partsOf(world), { ...ask, mode: "refuse" })).toEqual(proof);
  await expect(
    launch(partsOf(world), { tenantId: world.tenantId, workflowKey: "quick", payload: {}, startedBy: "test" }),
  ).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
  expect(Object.keys(await rowsLeft(world))).toEqual(["audit_log"]);
});

test("[TEN-05] with cancel, runs end by themselves in the grace, and what is left then is terminated", async () => {
  const world = worlds[1] as World;
  const { napping } = await furnish(world);
  const slow = await world.start("stubborn");
  await world.waiting(slow);
  const ask = { tenantId: world.tenantId, mode: "cancel", by: "platform" } as const;
  const underWay = await deleteTenant(partsOf(world), { ...ask, graceMs: 600_000, withinMs: 0 });
  expect(underWay).toMatchObject({ status: "deleting", mode: "cancel", stage: "runs" });
  expect(await inTenant(world, getTenant)).toMatchObject({ suspended: true });
  // A suspended tenant starts nothing more.
  await expect(world.start("quick")).rejects.toMatchObject({ code: "TENANT_SUSPENDED" });
  await until("the run that can ends by its cancellation", async () =>
    (await world.run(napping)).status === "CANCELED" ? true : undefined,
  );
  expect(await continueDeletion(partsOf(world), world.tenantId, { withinMs: 0 })).toMatchObject({ openRuns: 1 });
  expect(await isOpen(world, slow)).toBe(true);
  const proof = await deleteTenant(partsOf(world), { ...ask, mode: "terminate", graceMs: 0, withinMs: goneWithinMs });
  expect(proof).toMatchObject({ status: "deleted", executions: { canceled: 2, terminated: 1 } });
  expect(await isOpen(world, slow)).toBe(false);
  expect(Object.keys(await rowsLeft(world))).toEqual(["audit_log"]);
});

test("[TEN-05] a deletion that is interrupted at any of its stages goes on, by whoever comes next", async () => {
  const world = worlds[2] as World;
  const { napping } = await furnish(world);
  await inTenant(world, (db) => beginDeletion(db, { mode: "terminate", graceMs: 0, by: "platform" }));
  let kills = 0;
  const giveUpAt = Date.now() + goneWithinMs;
  for (let attempt = 0; ; attempt += 1) {
    const store = killed(world.store, { after: Math.floor(attempt / 2) % 25, commits: attempt % 2 === 1 });
    const ended = await continueDeletion({ ...partsOf(world), store }, world.tenantId, {
      withinMs: goneWithinMs,
    }).catch((error: Error) => error.message);
    if (typeof ended !== "string") break;
    expect(ended).toBe("killed");
    kills += 1;
    // Between its tries a worker's turn, which is killed as well.
    await continueDeletions({ ...partsOf(world), store: killed(world.store, { after: 1, commits: true }) }, quiet);
    if (Date.now() > giveUpAt) throw new Error("it comes to no end");
  }
  expect(kills).toBeGreaterThan(4);
  expect(Object.keys(await rowsLeft(world))).toEqual(["audit_log"]);
  expect(await isOpen(world, napping)).toBe(false);
  expect(await inTenant(world, (db) => verifyAudit(db))).toMatchObject({ valid: true });
});

/** Performs so many transactions of tenants; in the next one its process is gone, before the commit or behind it. */
function killed(store: World["store"], at: { readonly after: number; readonly commits: boolean }): World["store"] {
  let left = at.after;
  return {
    ...store,
    tenant: async (tenantId, work) => {
      left -= 1;
      if (left >= 0) return store.tenant(tenantId, work);
      if (left < -1) throw new Error("killed");
      await store.tenant(tenantId, async (db) => {
        await work(db);
        if (!at.commits) throw new Error("killed");
      });
      throw new Error("killed");
    },
  };
}
