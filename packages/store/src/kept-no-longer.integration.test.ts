import { createHash } from "node:crypto";
import type { Json } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getBlob, putBlob, sweepBlobs } from "./blobs.ts";
import { recordDecision } from "./decisions.ts";
import { putForm } from "./forms.ts";
import { acceptEvent } from "./inbox.ts";
import { deleteRun, forgetOld, runsPastRetention } from "./run-deletion.ts";
import { asOwner } from "./testing/as-owner.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";
import { updateTenant } from "./tenants.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterAll(() => database.drop());

const dayMs = 86_400_000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const owner = (text: string, values: readonly unknown[] = []) => asOwner(database, text, values);

/** A run that ended so many days ago. */
async function endedRun(tenant: TestTenant, daysAgo: number, more = ""): Promise<string> {
  const id = await acceptedRun(tenant);
  await owner(
    `update workflow_runs set status = 'SUCCEEDED', engine = 'temporal', created_at = now() - $2::int * interval '1 day',
      completed_at = now() - $2::int * interval '1 day', confirmed_at = now() - $2::int * interval '1 day' where id = $1`,
    [id, daysAgo],
  );
  if (more !== "") await owner(`update workflow_runs set ${more} where id = $1`, [id]);
  return id;
}

test("[CAS-01] ended runs are kept for 90 days, or as long as their tenant says; open ones, and what belongs to them, for ever", async () => {
  const tenant = await testTenant(database.store);
  const past = (): Promise<string[]> => tenant.run((db) => runsPastRetention(db, 100));
  const [old, young] = [await endedRun(tenant, 91), await endedRun(tenant, 89)];
  await endedRun(tenant, 200, "status = 'WAITING', completed_at = null");
  await endedRun(tenant, 200, "confirmed_at = null");
  const parent = await acceptedRun(tenant);
  await endedRun(tenant, 200, `parent_run_id = '${parent}'`);
  expect(await past()).toEqual([old]);
  await database.store.platform((db) => updateTenant(db, tenant.id, { retentionDays: 30 }));
  expect(await past()).toEqual([old, young]);
  await database.store.platform((db) => updateTenant(db, tenant.id, { retentionDays: 120 }));
  expect(await past()).toEqual([]);
});

test("[TEN-05] [BLK-01] runs of one tree that are deleted side by side do not wait for each other in a circle", async () => {
  const tenant = await testTenant(database.store);
  for (let round = 0; round < 3; round += 1) {
    const ids = await Promise.all(Array.from({ length: 16 }, () => endedRun(tenant, 1)));
    // Each leaves another program with all the others.
    for (const [i, id] of ids.entries())
      await owner("update workflow_runs set root_run_id = $2, program_hash = $3 where id = $1", [id, ids[0], `p-${i}`]);
    const deleted = await Promise.all(ids.map((id) => tenant.run((db) => deleteRun(db, { id, authoredKeys: [] }))));
    expect(deleted).toEqual(ids.map(() => true));
  }
});

test("[CAS-01] events that no run had, and decisions, go when they are as old, and event ids are remembered for 30 days at least", async () => {
  const tenant = await testTenant(database.store);
  await database.store.platform((db) => updateTenant(db, tenant.id, { retentionDays: 1 }));
  const event = async (eventId: string, daysAgo: number, more = ""): Promise<string> => {
    const accepted = await tenant.run((db) =>
      acceptEvent(db, { source: "s", eventId, name: "e", payload: 1, bodyHash: "h" }),
    );
    await owner(
      `update workflow_runtime_events set state = 'completed', due_at = null, accepted_at = now() - $2::int * interval '1 day' where id = $1`,
      [accepted.id, daysAgo],
    );
    if (more !== "") await owner(`update workflow_runtime_events set ${more} where id = $1`, [accepted.id]);
    return accepted.id;
  };
  await event("old", 31);
  const starting = await event("started a run", 31);
  await owner("update workflow_runs set trigger_event_id = $1 where id = $2", [starting, await acceptedRun(tenant)]);
  await event("young", 29);
  await event("to be looked at", 31, "state = 'failed', due_at = now()");
  await tenant.run((db) => recordDecision(db, { outcome: "no-trigger" }));
  await tenant.run((db) => recordDecision(db, { outcome: "filtered" }));
  await owner(
    "update workflow_trigger_decisions set created_at = now() - interval '31 days' where tenant_id = $1 and outcome = 'filtered'",
    [tenant.id],
  );
  expect(await tenant.run((db) => forgetOld(db, 100))).toBe(2);
  const left = await owner("select event_id from workflow_runtime_events where tenant_id = $1 order by 1", [tenant.id]);
  expect(left).toEqual([{ event_id: "started a run" }, { event_id: "to be looked at" }, { event_id: "young" }]);
  expect(await owner("select outcome from workflow_trigger_decisions where tenant_id = $1", [tenant.id])).toEqual([
    { outcome: "no-trigger" },
  ]);
});

test("[TEN-05] with a run, and with an event, goes what decisions read from them; what was decided, and of what, stays", async () => {
  const tenant = await testTenant(database.store);
  const card = "4929-1122";
  const event = async (eventId: string): Promise<string> =>
    (await tenant.run((db) => acceptEvent(db, { source: "s", eventId, name: "e", payload: { card }, bodyHash: "h" })))
      .id;
  const decide = (about: Partial<Parameters<typeof recordDecision>[1]>, values: Json): Promise<unknown> =>
    tenant.run((db) => recordDecision(db, { outcome: "filtered", workflowKey: "w", ...about, values }));
  const read = { "event.payload.card": card };
  const error = { code: "CONDITION_NOT_BOOLEAN", message: card };
  const [taken, aged, kept] = [await event("taken"), await event("aged"), await event("kept")];
  const runId = await endedRun(tenant, 1);
  await owner("update workflow_runs set trigger_event_id = $1 where id = $2", [taken, runId]);
  await decide({ outcome: "fired", eventId: taken, runId, triggerId: "a" }, { condition: true, read, held: "paused" });
  await decide({ eventId: taken, triggerId: "b" }, { condition: false, read });
  await decide({ eventId: taken, triggerId: "c" }, { condition: card, failed: "when", read, error });
  await decide({ outcome: "no-trigger", eventId: taken }, { name: "e", correlationKey: card });
  await decide({ eventId: aged }, { condition: null, read, attempts: 3 });
  await decide({ eventId: kept }, { condition: false, read });

  expect(await tenant.run((db) => deleteRun(db, { id: runId, authoredKeys: [] }))).toBe(true);
  await owner(
    "update workflow_runtime_events set state = 'completed', due_at = null, accepted_at = now() - interval '91 days' where id = $1",
    [aged],
  );
  await tenant.run((db) => forgetOld(db, 100));
  const left = (await owner(
    `select event_id, trigger_id, outcome, run_id, "values" from workflow_trigger_decisions where tenant_id = $1
      order by array_position($2::text[], event_id::text), trigger_id`,
    [tenant.id, [taken, aged, kept]],
  )) as readonly { readonly values: Json }[];
  expect(left).toMatchObject([
    { event_id: taken, trigger_id: "a", outcome: "fired", run_id: runId, values: { condition: true, held: "paused" } },
    { event_id: taken, trigger_id: "b", outcome: "filtered", values: { condition: false } },
    { event_id: taken, trigger_id: "c", values: { failed: "when", error: { code: "CONDITION_NOT_BOOLEAN" } } },
    { event_id: taken, outcome: "no-trigger", values: null },
    { event_id: aged, values: { condition: null, attempts: 3 } },
    { event_id: kept, values: { condition: false, read } },
  ]);
  expect(JSON.stringify(left.slice(0, -1))).not.toContain(card);
});

test("[TEN-05] blobs that no row refers to and that no history can refer to are removed, and no others", async () => {
  const [tenant, other] = [await testTenant(database.store), await testTenant(database.store)];
  const put = (of: TestTenant, text: string): Promise<string> => of.run((db) => putBlob(db, bytes(text)));
  const age = (hash: string, days: number): Promise<unknown> =>
    owner("update blobs set used_at = now() - $2::int * interval '1 day' where hash = $1", [hash, days]);
  const large = { type: "object", description: "x".repeat(60_000) };
  await tenant.run((db) => putForm(db, { name: "f", title: "F", schema: large, by: "a" }));
  const referred = createHash("sha256").update(JSON.stringify(large)).digest("hex");
  const [unreferred, young, again] = [
    await put(tenant, "gone"),
    await put(tenant, "young"),
    await put(tenant, "again"),
  ];
  const foreign = await put(other, "gone");
  expect(foreign).toBe(unreferred);
  for (const hash of [unreferred, referred, again]) await age(hash, 40);
  await age(young, 3);
  // Stored again, it is in use from now on.
  await put(tenant, "again");
  const sweep = () => tenant.run((db) => sweepBlobs(db, { historiesKeptMs: 7 * dayMs }));
  const has = async (hash: string): Promise<boolean> => (await tenant.run((db) => getBlob(db, hash))) !== undefined;

  // As long as a run from before is under way, its history may refer to whatever was stored since.
  const open = await endedRun(tenant, 50, "status = 'WAITING', completed_at = null, confirmed_at = null");
  expect(await sweep()).toEqual({ removed: 0, more: false });
  expect(await has(unreferred)).toBe(true);
  // And as long as Temporal keeps the histories of ended ones.
  await owner(
    "update workflow_runs set status = 'SUCCEEDED', completed_at = now(), confirmed_at = now() - interval '6 days' where id = $1",
    [open],
  );
  expect(await sweep()).toEqual({ removed: 0, more: false });
  await owner("update workflow_runs set confirmed_at = now() - interval '8 days' where id = $1", [open]);
  expect(await sweep()).toEqual({ removed: 1, more: false });
  expect(await Promise.all([unreferred, referred, young, again].map(has))).toEqual([false, true, true, true]);
  expect(await other.run((db) => getBlob(db, foreign))).toBeDefined();
  expect((await tenant.run((db) => getBlob(db, referred)))?.length).toBe(JSON.stringify(large).length);
});
