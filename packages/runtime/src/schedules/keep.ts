import { compileSchedule, instantFromMs, instantMs } from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import {
  changeSchedule,
  decidedTimes,
  getSchedule,
  scheduleIds,
  type Reconciler,
  type ScheduleRow,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import type { Log } from "../activities/dependencies.ts";
import { specHashOf } from "./desired.ts";
import { expectedTimes, outsideBusiness } from "./expected.ts";
import { syncSchedule } from "./sync.ts";
import type { TemporalSchedules } from "./temporal-schedules.ts";
import { decide, stateRefusal, tickGraceMs, type Refusal } from "./tick.ts";

const schedulesPerRound = 100;
/** Of one schedule at a time; a round that has decided so many goes on at once. */
const timesPerRound = 500;
/** After the last moment at which a tick could still have come. */
const graceMs = 3 * tickGraceMs;
/** A schedule that is not active has no tick to wait for but those that had set out. */
const idleGraceMs = 2_000;
const yearMs = 366 * 86_400_000;

export interface KeepParts {
  readonly store: Store;
  readonly reconciler: Reconciler;
  readonly temporal: TemporalSchedules;
  readonly log: Log;
}

/**
 * One round over schedules: decides the nominal times that nobody was there to decide, starts the ticks that are owed, and brings Temporal to
 * what the rows say.
 * @returns whether there is more to do at once
 */
export async function keepSchedules(parts: KeepParts, options: { readonly olderThanMs: number }): Promise<boolean> {
  const due = await parts.reconciler.schedulesToCheck({ limit: schedulesPerRound, olderThanMs: options.olderThanMs });
  let more = due.length === schedulesPerRound;
  for (const one of due) {
    try {
      if (await keepSchedule(parts, one)) more = true;
    } catch (error) {
      parts.log.warn(
        { ...one, error: String(error) },
        "A schedule could not be looked after; the next round tries again",
      );
    }
  }
  return more;
}

/** @returns whether there is more to decide */
export async function keepSchedule(
  parts: Omit<KeepParts, "reconciler">,
  { tenantId, scheduleId }: { readonly tenantId: string; readonly scheduleId: string },
): Promise<boolean> {
  const { store } = parts;
  const more = await store.tenant(tenantId, async (db) => {
    const row = await getSchedule(db, scheduleId, { locked: true });
    if (row === undefined) return false;
    const hasMore = await account(db, row, Date.now());
    await foresee(db, row, Date.now());
    return hasMore;
  });
  await startOwed(parts, { tenantId, scheduleId });
  await syncSchedule(parts, { tenantId, scheduleId });
  return more;
}

/**
 * Decides what is past and undecided.
 * @param options.stillMs for so long a tick may still come; left out: as the schedule's settings have it
 * @returns whether there is more
 */
export async function account(
  db: TenantDb,
  row: ScheduleRow,
  nowMs: number,
  options: { readonly stillMs?: number } = {},
): Promise<boolean> {
  if (row.state === "completed") return false;
  const afterMs = instantMs(row.accountedUntil);
  const decided = new Set(
    (await decidedTimes(db, row.id, { after: row.accountedUntil, until: instantFromMs(nowMs) })).map(
      ({ nominalAt }) => nominalAt,
    ),
  );
  const byState = stateRefusal(row);
  const stillMs = options.stillMs ?? (byState === undefined ? row.jitterMs + row.catchUpMs + graceMs : idleGraceMs);
  let [count, accountedMs] = [0, nowMs];
  for (const atMs of expectedTimes(row, { afterMs, untilMs: nowMs })) {
    const nominalAt = instantFromMs(atMs);
    if (decided.has(nominalAt)) continue;
    if (atMs + stillMs >= nowMs || count >= timesPerRound) {
      // From here on a tick may still come, or the next round goes on.
      accountedMs = atMs - 1;
      break;
    }
    const outside = byState === undefined ? await outsideBusiness(db, row, nominalAt) : undefined;
    const refusal: Refusal = byState ?? {
      outcome: outside === undefined ? "missed-catchup" : "outside-business-days",
      values: outside === undefined ? { catchUpWindowMs: row.catchUpMs } : { ...outside },
    };
    await decide(db, row, { nominalAt }, refusal);
    count += 1;
  }
  if (accountedMs - afterMs > 600_000 || count > 0)
    await changeSchedule(db, row.id, { accountedUntil: instantFromMs(accountedMs) });
  return count >= timesPerRound;
}

/** Compiles anew where the changes of the clocks that are accounted for come to an end. */
async function foresee(db: TenantDb, row: ScheduleRow, nowMs: number): Promise<void> {
  const untilMs = instantMs(row.compiledUntil);
  if (row.kind !== "cron" || untilMs > nowMs + 4 * yearMs) return;
  const result = compileSchedule(row.spec, zoneOffset, nowMs);
  if (!("compiled" in result) || result.compiled.untilMs < untilMs + yearMs / 4) return;
  const { compiled } = result;
  await changeSchedule(db, row.id, {
    compiled,
    compiledUntil: instantFromMs(compiled.untilMs),
    specHash: specHashOf({ ...row, compiled }),
    resync: true,
  });
}

/** Ticks beside Temporal's own: each is started before it is owed no more, and started twice it decides once. */
export async function startOwed(
  parts: { readonly store: Store; readonly temporal: TemporalSchedules },
  { tenantId, scheduleId }: { readonly tenantId: string; readonly scheduleId: string },
): Promise<void> {
  const row = await parts.store.tenant(tenantId, (db) => getSchedule(db, scheduleId));
  if (row === undefined || row.owed.length === 0) return;
  const started = new Set<string>();
  try {
    for (const { nominalAt, kind } of row.owed) {
      await parts.temporal.startTick({ tenantId, scheduleId, nominalAt, kind });
      started.add(`${kind} ${nominalAt}`);
    }
  } finally {
    if (started.size > 0)
      await parts.store.tenant(tenantId, async (db) => {
        const now = await getSchedule(db, scheduleId, { locked: true });
        const owed = now?.owed.filter(({ nominalAt, kind }) => !started.has(`${kind} ${nominalAt}`));
        if (owed !== undefined) await changeSchedule(db, scheduleId, { owed });
      });
  }
}

/**
 * Removes Temporal Schedules that no row stands for any more.
 * @returns how many
 */
export async function removeOrphans(parts: Omit<KeepParts, "reconciler">): Promise<number> {
  const byTenant = new Map<string, Map<string, string>>();
  for await (const { tenantId, scheduleId, temporalScheduleId } of parts.temporal.list()) {
    const ids = byTenant.get(tenantId) ?? new Map<string, string>();
    byTenant.set(tenantId, ids.set(scheduleId, temporalScheduleId));
  }
  let removed = 0;
  for (const [tenantId, ids] of byTenant) {
    // Asked after the listing: what was made meanwhile has its row already.
    const kept = new Set(await parts.store.tenant(tenantId, (db) => scheduleIds(db, [...ids.keys()])));
    for (const [scheduleId, temporalScheduleId] of ids) {
      if (kept.has(scheduleId)) continue;
      await parts.temporal.remove(temporalScheduleId);
      removed += 1;
      parts.log.info({ tenantId, scheduleId }, "A Temporal Schedule whose schedule is gone was removed");
    }
  }
  return removed;
}
