import { instantFromMs, instantMs } from "@mainspring/core";
import { changeSchedule, decidedTimes, type OwedTick, type ScheduleRow, type TenantDb } from "@mainspring/store";
import { expectedTimes, outsideBusiness } from "./expected.ts";
import { decide, stateRefusal, tickGraceMs, type Refusal } from "./tick.ts";

/** Of one schedule at a time; a round that has decided so many goes on at once. */
const timesPerRound = 500;
/** After the last moment at which a tick could still have come. */
const graceMs = 3 * tickGraceMs;
/** A schedule that is not active has no tick to wait for but those that had set out. */
const idleGraceMs = 2_000;

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

/** Nominal times of an active schedule that are past, not too late to start, undecided, and not owed yet: ticks that may never come by themselves. */
export async function undecidedTimes(db: TenantDb, row: ScheduleRow, nowMs: number): Promise<OwedTick[]> {
  if (row.state !== "active") return [];
  const afterMs = Math.max(instantMs(row.accountedUntil), nowMs - row.catchUpMs - row.jitterMs - 1);
  const span = { after: instantFromMs(afterMs), until: instantFromMs(nowMs) };
  const known = new Set([
    ...(await decidedTimes(db, row.id, span)).map(({ nominalAt }) => nominalAt),
    ...row.owed.map(({ nominalAt }) => nominalAt),
  ]);
  return [...expectedTimes(row, { afterMs, untilMs: nowMs })]
    .map(instantFromMs)
    .filter((nominalAt) => !known.has(nominalAt))
    .map((nominalAt) => ({ nominalAt, kind: "catch-up" }));
}
