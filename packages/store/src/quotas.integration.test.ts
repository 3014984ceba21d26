import type { JournalEntry } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimNew } from "./batch-invocations.ts";
import { writeCarried, writeProvisional } from "./journal.ts";
import { claimAtOnce, claimInvocation } from "./ledger.ts";
import { getQuotas, isWithinQuota, putQuotas, stepUsage } from "./quotas.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterAll(() => database.drop());

const at = "2031-01-01T00:00:00.000Z";
const place = (seq: number) => ({ stepId: "s", stepPath: "root.steps[0]", iteration: [], execution: seq });
const begins = (seq: number): JournalEntry => ({ seq, at, kind: "step", status: "RUNNING", ...place(seq) });
const fence = (historyLength: number, epoch = 1) => ({ epoch, ordinal: 1, historyLength });
const claim = (runId: string, key: string) => ({
  key,
  runId,
  commandId: "c1",
  place: place(1),
  action: "a@1",
  effect: "idempotent" as const,
  input: 1,
  inputHash: "h",
  attempt: 1,
  deadlineAt: new Date(Date.now() + 60_000),
  owner: "o",
});

test("steps are counted by the entries that begin them, however often those are written, and what is deleted is taken back", async () => {
  const tenant = await testTenant(database.store);
  const runId = await acceptedRun(tenant);
  const steps = () => tenant.run(async (db) => (await stepUsage(db)).steps);
  const flush = (historyLength: number, nextSeq: number, entries: readonly JournalEntry[]) =>
    tenant.run((db) => writeProvisional(db, { runId, fence: fence(historyLength), nextSeq, entries }));
  await flush(5, 3, [begins(1), begins(2)]);
  expect(await steps()).toBe(2);
  await flush(5, 3, [begins(1), begins(2)]);
  await tenant.run((db) => writeCarried(db, { runId, fence: fence(6), entries: [begins(2), begins(3)] }));
  expect(await steps()).toBe(3);
  await flush(7, 5, [begins(4)]);
  expect(await steps()).toBe(4);
  await flush(9, 4, []);
  expect(await steps()).toBe(3);
});

test("[RUN-13] over quota nothing is claimed, by either way of claiming, while the entries are written and earlier claims go on", async () => {
  const tenant = await testTenant(database.store);
  const runId = await acceptedRun(tenant);
  await tenant.run((db) => putQuotas(db, { stepsPerMonth: 1 }));
  const carried = { runId, fence: fence(5, 0), entries: [begins(1)] };
  expect(await tenant.run((db) => claimAtOnce(db, claim(runId, "first"), carried))).toBe(true);
  const more = { runId, fence: fence(7, 0), entries: [begins(2)] };
  expect(await tenant.run((db) => claimAtOnce(db, claim(runId, "second"), more))).toBe(false);
  expect(await tenant.run((db) => claimInvocation(db, claim(runId, "second"), more))).toEqual({ result: "overQuota" });
  expect(await tenant.run(async (db) => (await stepUsage(db)).steps)).toBe(2);
  // Its claim stands, so the same call sent again is still its own.
  expect(await tenant.run((db) => claimInvocation(db, claim(runId, "first")))).toMatchObject({ result: "claimed" });
  const waived = { ...claim(runId, "second"), quotaWaived: true };
  expect(await tenant.run((db) => claimInvocation(db, waived, more))).toMatchObject({ result: "claimed" });
});

test("[RUN-13] of calls side by side each counts what their run has begun, though one of them carries the entries and has not written them yet", async () => {
  const tenant = await testTenant(database.store);
  const runId = await acceptedRun(tenant);
  await tenant.run((db) => putQuotas(db, { stepsPerMonth: 2 }));
  await tenant.run((db) => writeCarried(db, { runId, fence: fence(5), entries: [begins(1)] }));
  const beside = (key: string, stepsBegun: number) => ({ ...claim(runId, key), stepsBegun });
  const carried = { runId, fence: fence(7), entries: [begins(2), begins(3)] };
  expect(await tenant.run((db) => claimAtOnce(db, beside("without entries", 3), undefined))).toBe(false);
  expect(await tenant.run((db) => claimNew(db, [beside("in a batch", 3)], undefined))).toEqual(new Set());
  expect(await tenant.run((db) => claimInvocation(db, beside("with them", 3), carried))).toEqual({
    result: "overQuota",
  });
  // Now that they are written they are counted once.
  await tenant.run((db) => putQuotas(db, { stepsPerMonth: 3 }));
  expect(await tenant.run((db) => claimAtOnce(db, beside("without entries", 3), undefined))).toBe(true);
  expect(await tenant.run((db) => claimNew(db, [beside("in a batch", 3)], undefined))).toEqual(new Set(["in a batch"]));
  expect(await tenant.run((db) => claimAtOnce(db, beside("one more", 4), undefined))).toBe(false);
});

test("a quota that is left out stays, null lifts it, and another month or another tenant has a counter of its own", async () => {
  const tenant = await testTenant(database.store);
  const other = await testTenant(database.store);
  const runId = await acceptedRun(tenant);
  await tenant.run((db) => putQuotas(db, { stepsPerMonth: 1, concurrentRuns: 7 }));
  await tenant.run((db) => writeCarried(db, { runId, fence: fence(5), entries: [begins(1), begins(2)] }));
  const within = (of = tenant) => of.run((db) => isWithinQuota(db, { entries: [], waived: false }));
  expect([await within(), await within(other)]).toEqual([false, true]);
  await tenant.run((db) => db.updateTable("step_usage").set({ month: "2001-01-01" }).execute());
  expect(await within()).toBe(true);
  const usage = await tenant.run((db) => stepUsage(db));
  expect(usage).toMatchObject({ steps: 0, stepsPerMonth: 1 });
  expect(new Date(usage.resetsAt).getTime()).toBeGreaterThan(Date.now());
  expect(usage.month).toMatch(/^\d{4}-\d\d-01$/);
  expect(await tenant.run((db) => putQuotas(db, { stepsPerMonth: null }))).toEqual({
    stepsPerMonth: null,
    concurrentRuns: 7,
    startsPerMinute: null,
    fuelPerMinute: null,
  });
  expect(await other.run((db) => getQuotas(db))).toMatchObject({ concurrentRuns: null });
});
