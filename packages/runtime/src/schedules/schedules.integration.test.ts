import { temporalScheduleIdOf, tickIdPrefix, type Json } from "@mainspring/core";
import { decidedTimes, getSchedule, listSchedules, type ScheduleRow } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunWorker } from "../worker/run-worker.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { createSchedules, type Schedules } from "./schedules.ts";
import { temporalSchedules, type TemporalSchedules } from "./temporal-schedules.ts";

let world: World;
let worker: RunWorker;
let schedules: Schedules;
beforeAll(async () => {
  // What once chose a scheduler: nothing reads it.
  process.env["JOB_RUNNER_TYPE"] = "local";
  world = await newWorld();
  schedules = createSchedules({ store: world.store, temporal: temporalSchedules(world.client) });
  await world.publish(ends("ends"));
  await world.publish({
    workflow: "waits",
    steps: [{ id: "go", type: "event.wait", event: "go", correlationKey: "k" }],
  });
  worker = await world.startWorker();
});
afterAll(async () => {
  delete process.env["JOB_RUNNER_TYPE"];
  await world?.close();
});

const by = "somebody";

function ends(workflow: string, payload: Json = { type: "object" }): object {
  return { workflow, payload, steps: [{ id: "done", type: "control.return", output: { $expr: "payload" } }] };
}

const create = (settings: Omit<Parameters<Schedules["create"]>[0], "tenantId" | "by">): Promise<ScheduleRow> =>
  schedules.create({ tenantId: world.tenantId, by, ...settings });
const on = (row: { readonly id: string }) => ({ tenantId: world.tenantId, id: row.id, by });
const rowOf = async (row: { readonly id: string }): Promise<ScheduleRow> => {
  const found = await world.store.tenant(world.tenantId, (db) => getSchedule(db, row.id));
  if (found === undefined) throw new Error("The schedule is gone");
  return found;
};
const described = (row: { readonly id: string }) =>
  world.client.schedule.getHandle(temporalScheduleIdOf(world.tenantId, row.id)).describe();
const isThere = (row: { readonly id: string }): Promise<boolean> =>
  described(row).then(
    () => true,
    () => false,
  );
const soon = (ms: number): string => new Date(Math.ceil((Date.now() + ms) / 1_000) * 1_000).toISOString();

interface Decision {
  readonly outcome: string;
  readonly nominalAt: string;
  readonly runId: string | null;
  readonly values: Json;
}
async function decisions(row: { readonly id: string }): Promise<Decision[]> {
  const rows = (await asOwner(
    world.database,
    `select outcome, nominal_at, run_id, "values" from workflow_trigger_decisions where schedule_id = $1 order by nominal_at`,
    [row.id],
  )) as { outcome: string; nominal_at: Date; run_id: string | null; values: Json }[];
  return rows.map(({ outcome, nominal_at, run_id, values }) => ({
    outcome,
    nominalAt: nominal_at.toISOString(),
    runId: run_id,
    values,
  }));
}
const decided = (row: { readonly id: string }, outcome: string, count = 1): Promise<Decision[]> =>
  until(
    `${count} decisions ${outcome}`,
    async () => {
      const found = (await decisions(row)).filter((decision) => decision.outcome === outcome);
      return found.length >= count ? found : undefined;
    },
    { withinMs: 60_000 },
  );

test("[SCH-01] [SCH-07] [TST-20] a one-time schedule fires once from Temporal, through the launcher, and is completed", async () => {
  const at = soon(5_000);
  const row = await create({ workflow: "ends", spec: { at }, payload: { n: 1 } });
  expect(row).toMatchObject({ state: "active", nextAt: at, wanted: 1, synced: 1 });
  const there = await described(row);
  expect(there.action).toMatchObject({
    workflowType: "workflowRuntimeV2ScheduleTick",
    taskQueue: "workflow-runtime-v2",
    workflowId: tickIdPrefix + row.id,
  });
  expect(there.policies.overlap).toBe("ALLOW_ALL");
  const [fired] = await decided(row, "fired");
  expect(fired).toMatchObject({ nominalAt: at });
  const runId = fired?.runId ?? "";
  await world.ended(runId);
  expect(await world.run(runId)).toMatchObject({
    status: "SUCCEEDED",
    output: { n: 1 },
    trigger: "schedule",
    startedBy: `schedule:${row.id}`,
    triggerMetadata: { type: "schedule", scheduleId: row.id, nominalAt: at },
  });
  expect(await rowOf(row)).toMatchObject({ state: "completed", lastRunId: runId, lastNominalAt: at, nextAt: null });
  // It was Temporal that started the tick, at the time it was meant for; nothing of ours looks for due schedules.
  const tick = await world.client.workflow.getHandle(`${tickIdPrefix}${row.id}-${at.replace(".000Z", "Z")}`).describe();
  expect(tick).toMatchObject({ type: "workflowRuntimeV2ScheduleTick" });
  await until("Temporal need not keep it", async () => ((await isThere(row)) ? undefined : true));
  expect(await decisions(row)).toHaveLength(1);
});

test("[SCH-02] [SCH-03] [SCH-07] [TST-20] a recurring schedule is a Temporal Schedule, and each of its times starts one run", async () => {
  const row = await create({ workflow: "ends", spec: { everyMs: 2_000 }, overlap: "allow" });
  expect((await described(row)).spec.intervals).toEqual([{ every: 2_000, offset: 0 }]);
  const fired = await decided(row, "fired", 3);
  await schedules.setState({ ...on(row), action: "pause", note: "enough" });
  expect(new Set(fired.map(({ runId }) => runId)).size).toBe(fired.length);
  const times = fired.map(({ nominalAt }) => Date.parse(nominalAt));
  for (let n = 1; n < times.length; n += 1) expect((times[n] as number) - (times[n - 1] as number)).toBe(2_000);
  for (const { runId } of fired) await world.ended(runId ?? "");
  expect(await described(row)).toMatchObject({ state: { paused: true } });
  expect(await rowOf(row)).toMatchObject({ state: "paused", stateNote: "enough", stateBy: by });
  const paused = await decided(row, "schedule-paused");
  expect(paused[0]?.values).toMatchObject({ note: "enough", by });
  await schedules.remove(on(row));
  expect(await isThere(row)).toBe(false);
});

test("[CAS-01] [SCH-04] [SCH-06] [TST-20] publishing rebinds what fits, disables what does not, and keeps the state of the others", async () => {
  await world.publish(ends("bound"));
  const spec = { cron: "0 0 1 1 *", zone: "UTC" };
  const fits = await create({ workflow: "bound", spec, payload: { a: 1 } });
  const once = await create({ workflow: "bound", spec: { at: "2031-03-30T08:00:00Z" }, payload: { a: 1 } });
  const misfit = await create({ workflow: "bound", spec, payload: { b: 1 } });
  const off = await create({ workflow: "bound", spec, payload: { a: 2 } });
  await schedules.setState({ ...on(off), action: "disable", note: "not now" });
  const away = await create({ workflow: "bound", spec, payload: { b: 2 } });
  await schedules.setState({ ...on(away), action: "pause" });
  const done = await create({ workflow: "bound", spec: { at: soon(1_000) }, payload: { a: 3 } });
  await decided(done, "fired");
  const before = (await described(fits)).info.lastUpdatedAt;

  await world.publish(ends("bound", { type: "object", required: ["a"] }));
  expect(await rowOf(fits)).toMatchObject({ state: "active", boundVersion: 2, misfit: null });
  expect(await rowOf(once)).toMatchObject({ state: "active", boundVersion: 2 });
  expect(await rowOf(misfit)).toMatchObject({
    state: "disabled",
    disabledReason: { code: "PAYLOAD_INVALID", version: 2, issues: [{ pointer: "/payload/a" }] },
  });
  expect(await rowOf(off)).toMatchObject({ state: "disabled", stateNote: "not now", disabledReason: null });
  expect(await rowOf(away)).toMatchObject({ state: "paused", misfit: { code: "PAYLOAD_INVALID" } });
  expect(await rowOf(done)).toMatchObject({ state: "completed", boundVersion: 2 });
  await until("Temporal has followed", async () => ((await described(misfit)).state.paused ? true : undefined));
  await expect(schedules.setState({ ...on(misfit), action: "enable" })).rejects.toMatchObject({
    code: "SCHEDULE_MISFIT",
  });
  await expect(schedules.setState({ ...on(away), action: "unpause" })).rejects.toMatchObject({
    code: "SCHEDULE_MISFIT",
  });

  await world.publish(ends("bound", { type: "object", description: "anything again" }));
  // It fits again, and is for a person to let go.
  expect(await rowOf(misfit)).toMatchObject({ state: "disabled", boundVersion: 3, misfit: null });
  expect((await schedules.setState({ ...on(misfit), action: "enable" })).state).toBe("active");
  expect((await described(misfit)).state.paused).toBe(false);
  // What nothing was changed of was left alone.
  expect((await described(fits)).info.lastUpdatedAt).toEqual(before);
});

test("[SCH-05] editing, disabling and drift: Temporal is brought to what the row says", async () => {
  const row = await create({ workflow: "ends", spec: { cron: "0 5 * * *", zone: "Europe/Berlin" } });
  const handle = world.client.schedule.getHandle(row.temporalScheduleId);
  const edited = await schedules.update({
    ...on(row),
    spec: { cron: "0 6 * * *", zone: "Europe/Berlin" },
    ifRevision: 1,
  });
  expect(edited).toMatchObject({ revision: 2, wanted: 2, synced: 2 });
  expect((await described(row)).spec.calendars?.[0]?.hour).toEqual([{ start: 6, end: 6, step: 1 }]);
  await expect(schedules.update({ ...on(row), note: "late", ifRevision: 1 })).rejects.toMatchObject({
    code: "REVISION_MISMATCH",
  });
  await schedules.setState({ ...on(row), action: "disable", note: "no more" });
  expect((await described(row)).state).toMatchObject({ paused: true, note: "disabled: no more" });
  await schedules.setState({ ...on(row), action: "enable" });

  await handle.pause("by hand");
  await until("a pause made in Temporal is undone", async () =>
    (await described(row)).state.paused ? undefined : true,
  );
  await handle.update((previous) => ({
    ...previous,
    action: { ...previous.action, args: [] },
    spec: { ...previous.spec, calendars: [{ hour: 1 }] },
  }));
  await until("a spec made in Temporal is undone", async () =>
    (await described(row)).spec.calendars?.[0]?.hour?.[0]?.start === 6 ? true : undefined,
  );
  await handle.delete();
  await until("what was deleted in Temporal is there again", async () => ((await isThere(row)) ? true : undefined));
  await asOwner(world.database, "delete from tenant_workflow_schedule where id = $1", [row.id]);
  await until("what no row stands for is removed", async () => ((await isThere(row)) ? undefined : true));
});

test("[SCH-05] [TST-20] deleting a workflow's rows takes its schedules away, and Temporal's", async () => {
  await world.publish(ends("gone"));
  const rows = [
    await create({ workflow: "gone", spec: { everyMs: 3_600_000 } }),
    await create({ workflow: "gone", spec: { at: "2031-03-30T08:00:00Z" } }),
  ];
  await world.store.tenant(world.tenantId, (db) =>
    db.deleteFrom("workflow_definitions").where("key", "=", "gone").execute(),
  );
  const left = await world.store.tenant(world.tenantId, (db) => listSchedules(db, { workflow: "gone" }, {}));
  expect(left.items).toEqual([]);
  for (const row of rows) await until("Temporal has none", async () => ((await isThere(row)) ? undefined : true));
});

test("[SCX-01] with overlap skip the run in the way is named; with allow each time starts; with cancel-other the last one wins", async () => {
  const skip = await create({ workflow: "waits", spec: { everyMs: 1_000 }, overlap: "skip" });
  const [refused] = await decided(skip, "overlap-skipped", 2);
  const [first] = await decided(skip, "fired");
  expect(refused?.values).toMatchObject({ runId: first?.runId, nominalAt: first?.nominalAt });
  await schedules.remove(on(skip));

  const allow = await create({ workflow: "waits", spec: { everyMs: 1_000 }, overlap: "allow" });
  await decided(allow, "fired", 3);
  await schedules.remove(on(allow));
  expect((await decisions(allow)).every(({ outcome }) => outcome === "fired")).toBe(true);

  const other = await create({ workflow: "waits", spec: { everyMs: 2_000 }, overlap: "cancel-other" });
  const [one] = await decided(other, "fired", 2);
  await schedules.remove(on(other));
  await world.ended(one?.runId ?? "");
  expect(await world.run(one?.runId ?? "")).toMatchObject({
    status: "CANCELED",
    cancelRequestedBy: `schedule:${other.id}`,
  });
});

test("[SCX-01] a time outside of business days starts nothing, and a time that jitter delays keeps its name", async () => {
  await asOwner(
    world.database,
    `insert into business_calendars (tenant_id, name, version, document) values ($1, 'never', 1, '{"zone":"UTC","week":{}}')`,
    [world.tenantId],
  );
  const never = await create({ workflow: "ends", spec: { everyMs: 1_000 }, businessDays: { calendar: "never" } });
  expect((await decided(never, "outside-business-days"))[0]?.values).toEqual({
    calendar: "never",
    localDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
  });
  await schedules.remove(on(never));
  await expect(
    create({ workflow: "ends", spec: { everyMs: 1_000 }, businessDays: { calendar: "nobody's" } }),
  ).rejects.toMatchObject({ code: "SCHEDULE_INVALID", details: { issues: [{ code: "CALENDAR_UNKNOWN" }] } });

  const at = soon(1_000);
  const late = await create({ workflow: "ends", spec: { at }, jitterMs: 3_000 });
  expect((await decided(late, "fired"))[0]?.nominalAt).toBe(at);
});

test("[SCX-01] a backfill makes up for times that started nothing, once each", async () => {
  const row = await create({ workflow: "ends", spec: { everyMs: 1_000 }, state: "paused" });
  await decided(row, "schedule-paused", 4);
  const paused = await decisions(row);
  const [from, to] = [paused[0]?.nominalAt ?? "", paused[2]?.nominalAt ?? ""];
  expect(await schedules.backfill({ ...on(row), from, to })).toEqual({ times: 3, alreadyFired: 0 });
  await until("the three have fired", async () => {
    const fired = (await decisions(row)).filter(({ outcome }) => outcome === "fired");
    return fired.length === 3 ? true : undefined;
  });
  const made = (await decisions(row)).slice(0, 3);
  expect(made.map(({ nominalAt }) => nominalAt)).toEqual(paused.slice(0, 3).map(({ nominalAt }) => nominalAt));
  expect(made[0]?.values).toEqual({ kind: "backfill", before: "schedule-paused" });
  expect(await schedules.backfill({ ...on(row), from, to })).toEqual({ times: 0, alreadyFired: 3 });
  const far = new Date(Date.now() + 60_000).toISOString();
  for (const [wrong, until_] of [
    [from, far],
    [to, from],
    ["2020-01-01T00:00:00Z", to],
  ])
    await expect(schedules.backfill({ ...on(row), from: wrong ?? "", to: until_ ?? "" })).rejects.toMatchObject({
      code: "BACKFILL_INVALID",
    });
  await schedules.remove(on(row));
});

test("[SCH-01] [SCX-01] a time that came before Temporal could be told is made up for", async () => {
  const away: TemporalSchedules = {
    ...temporalSchedules(world.client),
    apply: () => Promise.reject(new Error("Temporal is away")),
    startTick: () => Promise.reject(new Error("Temporal is away")),
  };
  await worker.stop();
  const at = soon(1_000);
  const row = await createSchedules({ store: world.store, temporal: away }).create({
    tenantId: world.tenantId,
    by,
    workflow: "ends",
    spec: { at },
  });
  expect(row).toMatchObject({ wanted: 1, synced: 0, syncError: "Temporal is away" });
  await until("its time has come", () => Promise.resolve(Date.now() > Date.parse(at) ? true : undefined));
  worker = await world.startWorker();
  const [fired] = await decided(row, "fired");
  expect(fired).toMatchObject({ nominalAt: at, values: { kind: "catch-up" } });
  await until("it is completed", async () => ((await rowOf(row)).state === "completed" ? true : undefined));
});

test("[CAS-01] [SCX-01] [SCH-05] times that were due between the last tick and a change of the spec are made up for", async () => {
  await worker.stop();
  const row = await create({ workflow: "ends", spec: { everyMs: 2_000 }, overlap: "allow" });
  // With nobody to perform ticks, these times are due and undecided; then Temporal forgets the spec.
  const due = await until("two times have passed", async () => {
    const times = Math.floor(Date.now() / 2_000) * 2_000 - Math.ceil(Date.parse(row.createdAt) / 2_000) * 2_000;
    return times >= 4_000 ? true : undefined;
  });
  expect(due).toBe(true);
  await world.client.schedule.getHandle(row.temporalScheduleId).delete();
  const changed = await schedules.update({ ...on(row), spec: { cron: "0 5 1 1 *", zone: "UTC" } });
  expect(changed.kind).toBe("cron");
  worker = await world.startWorker();
  const fired = await decided(row, "fired", 2);
  const span = { after: row.createdAt, until: changed.updatedAt };
  const all = await world.store.tenant(world.tenantId, (db) => decidedTimes(db, row.id, span));
  expect(all.length).toBeGreaterThanOrEqual(2);
  expect(fired.length).toBeGreaterThanOrEqual(2);
  for (const { runId } of fired) await world.ended(runId ?? "");
});
