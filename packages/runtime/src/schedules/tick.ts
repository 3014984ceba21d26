import {
  instantFromMs,
  instantMs,
  isJsonObject,
  isRepetition,
  MainspringError,
  type DecisionOutcome,
  type Json,
} from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import {
  changeSchedule,
  decisionAt,
  forgetDecision,
  getSchedule,
  onceFor,
  openRunOfSchedule,
  recordDecision,
  scheduleFired,
  type ScheduleRow,
  type TenantDb,
} from "@mainspring/store";
import type { TickArgs, TickResult } from "../activities/tick-contract.ts";
import type { Log } from "../activities/dependencies.ts";
import { cancelRun } from "../launcher/cancel.ts";
import { launch, type LauncherParts } from "../launcher/launch.ts";
import { startedBy } from "../tracing/start-trace.ts";
import { expectedTimes, nextTime, outsideBusiness } from "./expected.ts";

/** Between Temporal's letting a time go and our looking at it. */
export const tickGraceMs = 5_000;
const roundsMax = 5;

export interface TickParts extends LauncherParts {
  readonly log: Log;
}

/**
 * Decides one nominal time of a schedule, once: a run through the launcher, or a recorded reason why not. Decision and run are written in
 * one transaction, so a try that was killed is repeated, or finds that all was done. What is wrong with this machine (no store, no
 * Temporal) is thrown, and tried again.
 */
export async function scheduleTick(parts: TickParts, args: TickArgs): Promise<TickResult> {
  const tick = { ...args, nominalAt: instantFromMs(instantMs(args.nominalAt)) };
  for (let round = 1; ; round += 1) {
    const early = await parts.store.tenant(tick.tenantId, (db) => decideWithoutStart(db, tick));
    if ("result" in early) return early.result;
    const cause = { name: "schedule tick", attributes: { "mainspring.schedule": tick.scheduleId } };
    const started = await startedBy(cause, () => start(parts, tick, early.row));
    if (started !== "again") return started;
    // Something has changed between the look and the start.
    if (round === roundsMax) throw new Error(`The tick of ${tick.nominalAt} met a change ${roundsMax} times`);
  }
}

type Early = { readonly result: TickResult } | { readonly row: ScheduleRow };

async function decideWithoutStart(db: TenantDb, tick: TickArgs): Promise<Early> {
  const { scheduleId, nominalAt, kind } = tick;
  // Locked: of two ticks of one schedule the later sees what the earlier has decided.
  const row = await getSchedule(db, scheduleId, { locked: true });
  if (row === undefined) return { result: { outcome: "no-schedule" } };
  const decided = await decisionAt(db, onceFor.tick(scheduleId, nominalAt));
  if (decided === "fired" || (decided !== undefined && kind !== "backfill")) return { result: { outcome: decided } };
  const refusal = await refusalOf(db, row, tick);
  if (refusal === undefined) return { row };
  if (refusal === "no-nominal-time") return { result: { outcome: refusal } };
  if (decided === undefined) await decide(db, row, tick, refusal);
  return { result: { outcome: refusal.outcome } };
}

export interface Refusal {
  readonly outcome: DecisionOutcome;
  readonly values?: Json;
}

/** Why nothing is to start at a nominal time; undefined: nothing speaks against it. */
async function refusalOf(
  db: TenantDb,
  row: ScheduleRow,
  { nominalAt, kind }: TickArgs,
): Promise<Refusal | "no-nominal-time" | undefined> {
  const nominalMs = instantMs(nominalAt);
  if (kind === undefined && !isNominal(row, nominalMs))
    return isRepeated(row, nominalMs)
      ? { outcome: "repeated-hour", values: { zone: row.compiled.zone } }
      : "no-nominal-time";
  if (kind !== "backfill") {
    const byState = stateRefusal(row);
    if (byState !== undefined) return byState;
    if (row.state === "completed") return "no-nominal-time";
  }
  const outside = await outsideBusiness(db, row, nominalAt);
  if (outside !== undefined) return { outcome: "outside-business-days", values: { ...outside } };
  if (kind === "backfill") return undefined;
  const lateMs = Date.now() - nominalMs;
  if (lateMs > row.catchUpMs + row.jitterMs + tickGraceMs)
    return { outcome: "missed-catchup", values: { lateMs, catchUpWindowMs: row.catchUpMs } };
  return overlapRefusal(db, row);
}

/** What a schedule that is not active says to its nominal times. */
export function stateRefusal({ state, stateNote, stateAt, stateBy, disabledReason }: ScheduleRow): Refusal | undefined {
  const since = { since: stateAt, by: stateBy };
  if (state === "paused") return { outcome: "schedule-paused", values: { ...since, note: stateNote } };
  if (state === "disabled") {
    const { message, issues } = isJsonObject(disabledReason) ? disabledReason : {};
    const values = { ...since, reason: message ?? stateNote, ...(issues === undefined ? {} : { issues }) };
    return { outcome: "schedule-disabled", values };
  }
  return undefined;
}

async function overlapRefusal(db: TenantDb, row: ScheduleRow): Promise<Refusal | undefined> {
  if (row.overlap !== "skip") return undefined;
  const open = await openRunOfSchedule(db, row.id);
  return open === undefined ? undefined : { outcome: "overlap-skipped", values: { ...open } };
}

function isNominal(row: ScheduleRow, nominalMs: number): boolean {
  for (const atMs of expectedTimes(row, { afterMs: nominalMs - 1, untilMs: nominalMs })) return atMs === nominalMs;
  return false;
}

/** A time that the clocks of the zone show again, and that was meant the first time. */
function isRepeated({ compiled }: ScheduleRow, nominalMs: number): boolean {
  const offset = zoneOffset(compiled.zone);
  if (offset === undefined || !compiled.refusesRepetition || !isRepetition(offset, nominalMs)) return false;
  const first = { compiled: { ...compiled, refusesRepetition: false } };
  for (const atMs of expectedTimes(first, { afterMs: nominalMs - 1, untilMs: nominalMs })) return atMs === nominalMs;
  return false;
}

/** Keeps what was decided about a nominal time, and what follows from it for the schedule. */
export async function decide(
  db: TenantDb,
  row: ScheduleRow,
  { nominalAt }: { readonly nominalAt: string },
  decision: Refusal & { readonly runId?: string; readonly version?: number },
): Promise<"recorded" | "exists"> {
  const recorded = await recordDecision(db, {
    ...decision,
    onceKey: onceFor.tick(row.id, nominalAt),
    scheduleId: row.id,
    nominalAt,
    workflowId: row.workflowId,
    workflowKey: row.workflowKey,
  });
  if (recorded === "exists") return recorded;
  // One that fires once has done so, or will not; paused and disabled it says so until a person goes on.
  const isOver = row.kind === "once" && row.state === "active";
  await changeSchedule(db, row.id, {
    nextAt: nextTime(row, Date.now()),
    ...(isOver ? { state: "completed", stateBy: "schedule", resync: true } : {}),
  });
  return recorded;
}

/** Thrown inside the launch's transaction: nothing of it stays. */
class Changed extends Error {}

async function start(parts: TickParts, tick: TickArgs, row: ScheduleRow): Promise<TickResult | "again"> {
  const { tenantId, scheduleId, nominalAt, kind } = tick;
  if (row.overlap === "cancel-other" && kind !== "backfill") await cancelOpenRun(parts, tenantId, row);
  let runId: string | undefined;
  try {
    const launched = await launch(parts, {
      tenantId,
      workflowKey: row.workflowKey,
      payload: row.payload,
      trigger: { type: "schedule", scheduleId, nominalAt },
      startedBy: `schedule:${scheduleId}`,
      alongside: async (db, run) => {
        runId = run.runId;
        const now = await getSchedule(db, scheduleId, { locked: true });
        if (now === undefined || now.revision !== row.revision) throw new Changed();
        if (kind !== "backfill" && (now.state !== "active" || (await overlapRefusal(db, now)) !== undefined))
          throw new Changed();
        const before = kind === "backfill" ? await forgetDecision(db, onceFor.tick(scheduleId, nominalAt)) : undefined;
        const values: { [name: string]: Json } = {
          ...(kind === undefined ? {} : { kind }),
          ...(before === undefined ? {} : { before }),
          ...(run.held === undefined ? {} : { held: run.held }),
        };
        const recorded = await decide(db, now, tick, {
          outcome: "fired",
          runId: run.runId,
          version: run.version,
          ...(Object.keys(values).length === 0 ? {} : { values }),
        });
        if (recorded === "exists") throw new Changed();
        await scheduleFired(db, scheduleId, { nominalAt, runId: run.runId });
      },
    });
    return { outcome: "fired", runId: launched.runId };
  } catch (error) {
    if (error instanceof Changed) return "again";
    const refusal = refusedBy(error);
    if (refusal === undefined) throw error;
    // The run is there, and says itself that Temporal refused it.
    if (refusal === "launched") return { outcome: "fired", ...(runId === undefined ? {} : { runId }) };
    await parts.store.tenant(tenantId, async (db) => {
      const now = await getSchedule(db, scheduleId, { locked: true });
      if (now !== undefined) await decide(db, now, tick, refusal);
    });
    return { outcome: refusal.outcome };
  }
}

/** What the launcher refuses for good; undefined for anything that may pass. */
function refusedBy(error: unknown): Refusal | "launched" | undefined {
  if (!(error instanceof MainspringError)) return undefined;
  switch (error.code) {
    case "LAUNCH_REFUSED":
      return "launched";
    case "WORKFLOW_PAUSED":
      return { outcome: "workflow-paused", values: error.details as Json };
    case "NOT_PUBLISHED":
    case "WORKFLOW_NOT_FOUND":
    case "VERSION_NOT_FOUND":
      return { outcome: "unpublished" };
    case "PAYLOAD_INVALID":
      return { outcome: "payload-invalid", values: error.details as Json };
    case "TENANT_SUSPENDED":
      return { outcome: "tenant-suspended" };
    default:
      return undefined;
  }
}

async function cancelOpenRun(parts: TickParts, tenantId: string, row: ScheduleRow): Promise<void> {
  const open = await parts.store.tenant(tenantId, (db) => openRunOfSchedule(db, row.id));
  if (open === undefined) return;
  try {
    const reason = "The schedule's next time has come";
    await cancelRun(parts, { tenantId, runId: open.runId, by: `schedule:${row.id}`, reason });
  } catch (error) {
    if (!(error instanceof MainspringError && error.code === "RUN_ALREADY_ENDED")) throw error;
  }
}
