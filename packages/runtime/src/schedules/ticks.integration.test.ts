import {
  clockChanges,
  compileSchedule,
  fires,
  instantFromMs,
  instantMs,
  isRepetition,
  type CompiledSchedule,
  type Json,
} from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import { getSchedule, onceFor, recordDecision, type ScheduleRow, type TenantDb } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";
import { createSchedules, type Schedules } from "./schedules.ts";
import { temporalSchedules, type TemporalSchedules } from "./temporal-schedules.ts";

let world: World;
let schedules: Schedules;
let temporal: TemporalSchedules;
beforeAll(async () => {
  world = await newWorld();
  temporal = temporalSchedules(world.client);
  schedules = createSchedules({ store: world.store, temporal });
  await world.publish({ workflow: "ends", steps: [{ id: "done", type: "control.return", output: 1 }] });
});
afterAll(() => world?.close());

const soon = (ms: number): string => new Date(Math.ceil((Date.now() + ms) / 1_000) * 1_000).toISOString();
const once = (): Promise<ScheduleRow> =>
  schedules.create({ tenantId: world.tenantId, by: "test", workflow: "ends", spec: { at: soon(2_000) } });

async function rows<R>(text: string, values: readonly unknown[]): Promise<readonly R[]> {
  return (await asOwner(world.database, text, values)) as readonly R[];
}
const runsOf = ({ id }: ScheduleRow) =>
  rows<{ id: string; status: string }>(
    "select id, status from workflow_runs where trigger_metadata_json ->> 'scheduleId' = $1",
    [id],
  );
const decisionsOf = ({ id }: ScheduleRow) =>
  rows<{ outcome: string; run_id: string; values: Json }>(
    "select outcome, run_id from workflow_trigger_decisions where schedule_id = $1",
    [id],
  );

class LetGo extends Error {}

/** A transaction that holds its locks until it is let go, and then was never there. */
async function hold(
  work: (db: TenantDb) => Promise<unknown>,
): Promise<{ waited(): Promise<void>; letGo(): Promise<void> }> {
  const [holds, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const over = world.store
    .tenant(world.tenantId, async (db) => {
      await work(db);
      holds.resolve();
      await letGo.promise;
      throw new LetGo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof LetGo)) throw error;
    });
  await Promise.race([holds.promise, over]);
  return {
    async waited() {
      await until("the tick waits for the lock", async () => {
        const [waiting] = await rows<{ n: number }>(
          "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          [],
        );
        return (waiting?.n ?? 0) > 0 ? true : undefined;
      });
    },
    async letGo() {
      letGo.resolve();
      await over;
    },
  };
}

const windows: readonly {
  readonly name: string;
  readonly kill: (row: ScheduleRow, child: WorkerChild) => Promise<void>;
}[] = [
  {
    name: "before it has looked",
    async kill(row, child) {
      const held = await hold((db) => getSchedule(db, row.id, { locked: true }));
      await held.waited();
      await child.kill();
      await held.letGo();
    },
  },
  {
    name: "in the transaction of run and decision",
    async kill(row, child) {
      // Whoever writes the same decision waits to see whether this one stays.
      const onceKey = onceFor.tick(row.id, row.nextAt ?? "");
      const held = await hold((db) => recordDecision(db, { outcome: "fired", onceKey }));
      await held.waited();
      await child.kill();
      await held.letGo();
    },
  },
  {
    name: "when both are written",
    async kill(row, child) {
      await until("it is decided", async () => ((await decisionsOf(row)).length > 0 ? true : undefined));
      await child.kill();
    },
  },
  {
    name: "when the run has started",
    async kill(row, child) {
      await until("the run is there", async () =>
        (await runsOf(row)).some(({ status }) => status !== "QUEUED") ? true : undefined,
      );
      await child.kill();
    },
  },
];

test.each(windows)(
  "[SCH-07] a tick whose worker is killed $name neither doubles nor loses its start",
  async ({ kill }) => {
    const child = new WorkerChild(world);
    await child.start();
    const row = await once();
    await kill(row, child);
    const next = new WorkerChild(world);
    await next.start();
    const runId = await until("it has fired", async () => (await decisionsOf(row))[0]?.run_id, { withinMs: 60_000 });
    await world.ended(runId, 90_000);
    await until("its tick has ended", async () => {
      for await (const { status } of world.client.workflow.list({
        query: "WorkflowType = 'workflowRuntimeV2ScheduleTick'",
      }))
        if (status.name === "RUNNING") return undefined;
      return true;
    });
    expect(await decisionsOf(row)).toEqual([{ outcome: "fired", run_id: runId }]);
    expect(await runsOf(row)).toEqual([{ id: runId, status: "SUCCEEDED" }]);
    await next.stop();
  },
);

test("[SCH-07] a nominal time that comes again, from whomever, starts nothing more", async () => {
  const worker = await world.startWorker();
  const row = await once();
  const runId = await until("it has fired", async () => (await decisionsOf(row))[0]?.run_id);
  const nominalAt = row.nextAt ?? "";
  const tick = { tenantId: world.tenantId, scheduleId: row.id, nominalAt };
  await temporal.startTick({ ...tick, kind: "catch-up" });
  await temporal.startTick({ ...tick, kind: "backfill" });
  await until("both have ended", async () => {
    let ended = 0;
    for await (const { status } of world.client.workflow.list({
      query: `WorkflowType = 'workflowRuntimeV2ScheduleTick' and WorkflowId between 'workflow-runtime-v2:schedule-tick:${row.id}:' and 'workflow-runtime-v2:schedule-tick:${row.id}:z'`,
    }))
      if (status.name === "COMPLETED") ended += 1;
    return ended === 2 ? true : undefined;
  });
  expect(await runsOf(row)).toEqual([{ id: runId, status: expect.any(String) as string }]);
  expect(await decisionsOf(row)).toHaveLength(1);
  await worker.stop();
});

test("[CAS-01] [CASE-27] [SCX-01] of an hour that comes twice the second is refused, and a time that was left out fires after the gap", async () => {
  const worker = await world.startWorker();
  const nightly = (cron: string): Promise<ScheduleRow> =>
    schedules.create({
      tenantId: world.tenantId,
      by: "test",
      workflow: "ends",
      spec: { cron, zone: "America/Chicago" },
      overlap: "allow",
    });
  const [d1, d2] = [await nightly("30 2 * * *"), await nightly("30 1 * * *")];
  const ticks = async (row: ScheduleRow, times: readonly string[]): Promise<string[]> => {
    for (const nominalAt of times) {
      await temporal.startTick({ tenantId: world.tenantId, scheduleId: row.id, nominalAt });
      await world.client.workflow.getHandle(`workflow-runtime-v2:schedule-tick:${row.id}:own:${nominalAt}`).result();
    }
    const decisions = await rows<{ outcome: string; nominal_at: Date }>(
      "select outcome, nominal_at from workflow_trigger_decisions where schedule_id = $1 order by nominal_at",
      [row.id],
    );
    return decisions.map(({ outcome, nominal_at }) => `${nominal_at.toISOString().slice(5, 16)} ${outcome}`);
  };
  // What Temporal would start ticks for, and 08:30Z, at which nothing is meant.
  expect(
    await ticks(d1, ["2027-03-13T08:30:00Z", "2027-03-14T08:00:00Z", "2027-03-14T08:30:00Z", "2027-03-15T07:30:00Z"]),
  ).toEqual(["03-13T08:30 fired", "03-14T08:00 fired", "03-15T07:30 fired"]);
  expect(
    await ticks(d2, ["2027-11-06T06:30:00Z", "2027-11-07T06:30:00Z", "2027-11-07T07:30:00Z", "2027-11-08T07:30:00Z"]),
  ).toEqual(["11-06T06:30 fired", "11-07T06:30 fired", "11-07T07:30 repeated-hour", "11-08T07:30 fired"]);
  await worker.stop();
});

const hourMs = 3_600_000;

/** What Temporal itself says of a compiled schedule, less what a tick would refuse. */
async function temporalTimes(compiled: CompiledSchedule, fromMs: number, untilMs: number): Promise<number[]> {
  const scheduleId = crypto.randomUUID();
  const temporalScheduleId = `workflow-runtime-v2:schedule:${world.tenantId}:${scheduleId}`;
  await temporal.apply({
    tenantId: world.tenantId,
    scheduleId,
    temporalScheduleId,
    compiled,
    catchUpMs: 600_000,
    jitterMs: 0,
    paused: true,
    note: "",
  });
  const { startTime } = await world.client.workflowService.listScheduleMatchingTimes({
    namespace: world.namespace,
    scheduleId: temporalScheduleId,
    startTime: { seconds: (fromMs / 1_000) as never },
    endTime: { seconds: (untilMs / 1_000) as never },
  });
  await temporal.remove(temporalScheduleId);
  const offset = zoneOffset(compiled.zone);
  if (offset === undefined) throw new Error(compiled.zone);
  return (startTime ?? [])
    .map((time) => Number(time.seconds) * 1_000)
    .filter((atMs) => atMs > fromMs && !(compiled.refusesRepetition && isRepetition(offset, atMs)));
}

function compiledOf(cron: string, zone: string): CompiledSchedule {
  const result = compileSchedule({ cron, zone }, zoneOffset, instantMs("2027-01-01T00:00:00Z"));
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.compiled;
}

function previewed(compiled: CompiledSchedule, fromMs: number, untilMs: number): number[] {
  const offset = zoneOffset(compiled.zone);
  if (offset === undefined) throw new Error(compiled.zone);
  return [...fires(compiled, offset, fromMs, untilMs)];
}

test("[CAS-01] [CASE-27] [SCX-01] [SCH-02] in Chicago the preview equals what Temporal would fire, less repetitions", async () => {
  for (const cron of ["30 2 * * *", "30 1 * * *", "*/15 * * * *", "0 7,9 * * *"]) {
    const compiled = compiledOf(cron, "America/Chicago");
    for (const [from, to] of [
      ["2027-03-13T00:00:00Z", "2027-03-16T00:00:00Z"],
      ["2027-11-06T00:00:00Z", "2027-11-09T00:00:00Z"],
    ]) {
      const [fromMs, untilMs] = [instantMs(from ?? ""), instantMs(to ?? "")];
      const expected = previewed(compiled, fromMs, untilMs);
      expect(expected.length).toBeGreaterThanOrEqual(3);
      expect((await temporalTimes(compiled, fromMs, untilMs)).map(instantFromMs), cron).toEqual(
        expected.map(instantFromMs),
      );
    }
  }
});

const zones = [
  "America/New_York",
  "America/Havana",
  "America/Santiago",
  "Atlantic/Azores",
  "Europe/London",
  "Europe/Berlin",
  "Africa/Cairo",
  "Asia/Jerusalem",
  "Antarctica/Troll",
  "Australia/Adelaide",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
];
const shapes = ["*/15 * * * *", "30 2 * * *", "*/10 0-23 * * SAT", "7 */2 * * *", "0 0 * * SUN", "*/20 * * * SUN"];

test("[SCX-01] around each change of the clocks Temporal fires what the preview says, in zones that it gets wrong by itself too", async () => {
  for (const zone of zones) {
    const offset = zoneOffset(zone);
    if (offset === undefined) throw new Error(zone);
    const changes = clockChanges(offset, instantMs("2027-01-01T00:00:00Z"), instantMs("2028-01-01T00:00:00Z"));
    expect(changes.length, zone).toBe(2);
    for (const cron of shapes) {
      const compiled = compiledOf(cron, zone);
      for (const { atMs } of changes) {
        const [fromMs, untilMs] = [atMs - 8 * hourMs, atMs + 26 * hourMs];
        expect((await temporalTimes(compiled, fromMs, untilMs)).map(instantFromMs), `${cron} ${zone}`).toEqual(
          previewed(compiled, fromMs, untilMs).map(instantFromMs),
        );
      }
    }
  }
});
