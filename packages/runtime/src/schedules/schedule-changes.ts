import { instantFromMs, MainspringError, parseInstantMs, type Json } from "@mainspring/core";
import {
  changeSchedule,
  decidedTimes,
  getSchedule,
  misfitOf,
  recordAudit,
  type OwedTick,
  type PinnedDefinition,
  type ScheduleContent,
  type ScheduleRow,
  type ScheduleState,
  type TenantDb,
} from "@mainspring/store";
import { account, undecidedTimes } from "./accounting.ts";
import { expectedTimes, nextTime } from "./expected.ts";

import { issueAt } from "./schedule-problems.ts";

export const backfillTimesMax = 1_000;

/** Gives a schedule new content, of which all has been checked. @param changed.settings what was given, by name */
export async function change(
  db: TenantDb,
  row: ScheduleRow,
  changed: {
    readonly content: ScheduleContent;
    readonly pinned: PinnedDefinition;
    readonly by: string;
    readonly settings: readonly string[];
    readonly nowMs: number;
  },
): Promise<void> {
  const { content, pinned, by, nowMs } = changed;
  const specChanged = content.specHash !== row.specHash;
  const owed = specChanged && row.state === "active" ? await owedBefore(db, row, nowMs) : [];
  // One that had fired its once has something to come again.
  const isRevived = row.state === "completed" && specChanged && nextTime(content, nowMs) !== null;
  await changeSchedule(db, row.id, {
    ...content,
    misfit: null,
    boundVersion: pinned.version,
    nextAt: nextTime(content, nowMs),
    by,
    ...(isRevived ? { state: "active", stateBy: by, stateNote: null } : {}),
    ...(specChanged ? { resync: true, accountedUntil: instantFromMs(nowMs), owed: [...row.owed, ...owed] } : {}),
  });
  const details = { changed: [...changed.settings] };
  await recordAudit(db, { actor: by, action: "schedule.update", subject: `schedule:${row.id}`, details });
}

/** Times of the old spec that were due and have no decision yet: Temporal forgets them with the change. */
async function owedBefore(db: TenantDb, row: ScheduleRow, nowMs: number): Promise<OwedTick[]> {
  let now = row;
  while (await account(db, now, nowMs)) now = (await getSchedule(db, row.id)) ?? now;
  return undecidedTimes(db, (await getSchedule(db, row.id)) ?? now, nowMs);
}

const actions: {
  readonly [action: string]: { readonly from: readonly ScheduleState[]; readonly to: ScheduleState };
} = {
  pause: { from: ["active", "paused"], to: "paused" },
  unpause: { from: ["paused", "active"], to: "active" },
  disable: { from: ["active", "paused", "disabled"], to: "disabled" },
  enable: { from: ["disabled", "active"], to: "active" },
};

export async function setState(
  db: TenantDb,
  row: ScheduleRow,
  asked: {
    readonly action: string;
    readonly note: string | undefined;
    readonly by: string;
    /** Gives the published version. */
    readonly published: () => Promise<PinnedDefinition>;
  },
): Promise<void> {
  const { action, note, by } = asked;
  const { from, to } = actions[action] as { readonly from: readonly ScheduleState[]; readonly to: ScheduleState };
  if (!from.includes(row.state))
    throw new MainspringError(
      "SCHEDULE_STATE",
      { state: row.state, action },
      `the schedule is ${row.state}, and ${action} is for one that is ${from.join(" or ")}`,
    );
  if (row.state === to && (note ?? null) === row.stateNote) return;
  if (to === "active" && row.state !== "active") {
    const pinned = await asked.published();
    const misfit = misfitOf(pinned.payloadSchema, row.payload, pinned.version);
    if (misfit !== null) throw new MainspringError("SCHEDULE_MISFIT", misfit as { readonly [key: string]: Json });
  }
  const nowMs = Date.now();
  if (row.state !== to) await accountUntilNow(db, row, nowMs);
  // Its one time passed while it was not active.
  const isOver = to === "active" && row.kind === "once" && nextTime(row, nowMs) === null;
  await changeSchedule(db, row.id, {
    state: isOver ? "completed" : to,
    stateNote: to === "active" ? null : (note ?? null),
    stateBy: by,
    nextAt: nextTime(row, nowMs),
    resync: true,
    by,
    ...(to === "active" ? { disabledReason: null } : {}),
  });
  const details = { ...(note === undefined ? {} : { note }) };
  await recordAudit(db, { actor: by, action: `schedule.${action}`, subject: `schedule:${row.id}`, details });
}

/** Times that passed while it was not active are decided as that; those before a pause are left to their ticks, which find it paused. */
async function accountUntilNow(db: TenantDb, row: ScheduleRow, nowMs: number): Promise<void> {
  if (row.state === "active") return;
  while (await account(db, (await getSchedule(db, row.id)) ?? row, nowMs, { stillMs: 0 })) continue;
  await changeSchedule(db, row.id, { accountedUntil: instantFromMs(nowMs) });
}

export async function backfill(
  db: TenantDb,
  row: ScheduleRow,
  { from, to, by }: { readonly from: string; readonly to: string; readonly by: string },
): Promise<{ times: number; alreadyFired: number }> {
  const [fromMs, toMs] = [parseInstantMs(from) ?? Number.NaN, parseInstantMs(to) ?? Number.NaN];
  const refuse = (pointer: string, message: string): MainspringError =>
    new MainspringError("BACKFILL_INVALID", { issues: [issueAt(pointer, message, "BACKFILL_INVALID")] }, message);
  if (!(fromMs <= toMs)) throw refuse("/from", "from lies before to");
  if (toMs > Date.now()) throw refuse("/to", "to lies in the future");
  if (row.state === "disabled")
    throw new MainspringError("SCHEDULE_STATE", { state: row.state }, "the schedule is disabled, and starts nothing");
  const times: string[] = [];
  for (const atMs of expectedTimes(row, { afterMs: fromMs - 1, untilMs: toMs })) {
    times.push(instantFromMs(atMs));
    if (times.length > backfillTimesMax) throw refuse("/to", `more than ${backfillTimesMax} times lie between`);
  }
  const span = { after: instantFromMs(fromMs - 1), until: instantFromMs(toMs) };
  const fired = new Set(
    (await decidedTimes(db, row.id, span))
      .filter(({ outcome }) => outcome === "fired")
      .map(({ nominalAt }) => nominalAt),
  );
  const wanted = times.filter((nominalAt) => !fired.has(nominalAt));
  const asked = new Set(row.owed.filter(({ kind }) => kind === "backfill").map(({ nominalAt }) => nominalAt));
  const owed = wanted
    .filter((nominalAt) => !asked.has(nominalAt))
    .map((nominalAt) => ({ nominalAt, kind: "backfill" as const, by }));
  await changeSchedule(db, row.id, { owed: [...row.owed, ...owed] });
  const details = { from, to, times: wanted.length };
  await recordAudit(db, { actor: by, action: "schedule.backfill", subject: `schedule:${row.id}`, details });
  return { times: wanted.length, alreadyFired: times.length - wanted.length };
}
