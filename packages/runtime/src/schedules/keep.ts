import { compileSchedule, instantFromMs, instantMs } from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import {
  changeSchedule,
  getSchedule,
  scheduleIds,
  type Reconciler,
  type ScheduleRow,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import type { Log } from "../activities/dependencies.ts";
import { account } from "./accounting.ts";
import { specHashOf } from "./desired.ts";
import { syncSchedule } from "./sync.ts";
import type { TemporalSchedules } from "./temporal-schedules.ts";

const schedulesPerRound = 100;
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
  await syncSchedule(parts, { tenantId, scheduleId });
  await startOwed(parts, { tenantId, scheduleId });
  return more;
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
