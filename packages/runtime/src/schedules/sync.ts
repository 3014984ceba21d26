import { changeSchedule, getSchedule, getTenant, scheduleSynced, type Store, type TenantDb } from "@mainspring/store";
import { messageOf } from "../temporal/grpc.ts";
import { undecidedTimes } from "./accounting.ts";
import { desiredOf } from "./desired.ts";
import type { TemporalSchedules } from "./temporal-schedules.ts";

const roundsMax = 5;

/**
 * Makes Temporal follow a schedule's row. Whoever changes a row at the same time is waited for: the row is read again after each step.
 * @returns false when Temporal could not be brought to it; the reconciler tries again
 */
export async function syncSchedule(
  parts: { readonly store: Store; readonly temporal: TemporalSchedules },
  { tenantId, scheduleId }: { readonly tenantId: string; readonly scheduleId: string },
): Promise<boolean> {
  const { store, temporal } = parts;
  for (let round = 1; round <= roundsMax; round += 1) {
    const [row, tenant] = await store.tenant(tenantId, async (db) => [
      await getSchedule(db, scheduleId),
      await getTenant(db),
    ]);
    if (row === undefined) return true;
    try {
      // What fires no more need not be there, nor what is about to be deleted with its tenant.
      if (row.state === "completed" || (tenant?.deletion ?? null) !== null)
        await temporal.remove(row.temporalScheduleId);
      else if ((await temporal.apply(desiredOf(tenantId, row))) !== "unchanged")
        await store.tenant(tenantId, (db) => oweUndecided(db, scheduleId));
    } catch (error) {
      await store.tenant(tenantId, (db) => scheduleSynced(db, scheduleId, { error: messageOf(error) }));
      return false;
    }
    const { isCurrent } = await store.tenant(tenantId, (db) => scheduleSynced(db, scheduleId, { wanted: row.wanted }));
    if (isCurrent) return true;
  }
  return false;
}

/** What Temporal was given late it does not fire for the time before. */
async function oweUndecided(db: TenantDb, scheduleId: string): Promise<void> {
  const row = await getSchedule(db, scheduleId, { locked: true });
  if (row === undefined) return;
  const owed = await undecidedTimes(db, row, Date.now());
  if (owed.length > 0) await changeSchedule(db, scheduleId, { owed: [...row.owed, ...owed] });
}
