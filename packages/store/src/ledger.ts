import type { ActionEffect, Json, StepPlace } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import type { Moment } from "./instants.ts";
import { appendable, appendCarried, writeCarried } from "./journal.ts";
import type { CarriedWrite } from "./journal.ts";
import type { Fence } from "./fence.ts";
import { insertNoneRows, noneRowTexts } from "./none-invocations.ts";
import type { NoneInvocation } from "./none-invocations.ts";
import { prepared } from "./prepared.ts";
import { quotaQuestion, withinQuota } from "./quotas.ts";
import { useReused } from "./reuse.ts";
import { rememberLonger } from "./run-deletion.ts";
import { noteRetry, noteStepInput } from "./steps.ts";
import { loadValue, storeOptional, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** A try of an action that wants to have its effect. */
export interface InvocationClaim {
  readonly key: string;
  readonly runId: string;
  readonly commandId: string;
  readonly place: StepPlace;
  readonly action: string;
  readonly effect: ActionEffect;
  readonly input: Json;
  /** SHA-256 of the canonical input. */
  readonly inputHash: string;
  /** Temporal's attempt, from 1. */
  readonly attempt: number;
  /** Until then the claim is alive for other runs that meet the key. */
  readonly deadlineAt: Date;
  /** `<run>:<command>:<Temporal's attempt>` */
  readonly owner: string;
  /** The author's policy repeats OUTCOME_UNKNOWN: an UNKNOWN row may be claimed once more. */
  readonly repeatUnknown?: boolean;
  /** The run was restarted: what it reuses of the run before it is answered from here. */
  readonly restarted?: boolean;
  /** The run was let go on though the tenant's steps of this month are used up. */
  readonly quotaWaived?: boolean;
  /** Steps that the run has begun, written or not. */
  readonly stepsBegun?: number | undefined;
}

interface Attempts {
  /** Outcomes of this call that were reported: the author's tries. */
  readonly reportedAttempts: number;
  /** Temporal's tries since then that came to nothing, their worker being lost. */
  readonly lostInRow: number;
}

export type ClaimResult =
  | ({ readonly result: "claimed" } & Attempts)
  /** It was done before; nothing may run. */
  | { readonly result: "succeeded"; readonly output: Json }
  /** By another owner that may be alive, until then at most. */
  | { readonly result: "held"; readonly until: Date }
  /** The try before died in the middle of an effect that may be had only once. */
  | ({ readonly result: "unknown" } & Attempts)
  /** The key stands for another input. */
  | { readonly result: "keyReused" }
  /** The tenant's steps of this month are used up: nothing is claimed. A call that had its claim before goes on. */
  | { readonly result: "overQuota" };

interface Row {
  readonly runId: string;
  readonly commandId: string;
  readonly status: "STARTED" | "SUCCEEDED" | "FAILED" | "UNKNOWN";
  readonly inputHash: string;
  readonly output: unknown;
  readonly owner: string;
  readonly deadlineAt: Date | null;
  readonly overdue: boolean;
  readonly temporalAttempt: number;
  readonly reportedAttempts: number;
  readonly lastReportedAttempt: number;
  readonly heldAttempts: { readonly [caller: string]: number };
}

/**
 * Takes the ledger's row for an effect, before the effect. Commit before running the handler.
 * A claim is dead when Temporal has handed out a later attempt of the same call, or its deadline has passed.
 * @param carried entries that the call carries: written whatever the claim says, in its round trip
 */
export async function claimInvocation(
  db: TenantDb,
  claim: InvocationClaim,
  carried?: CarriedWrite,
): Promise<ClaimResult> {
  const inputJson = await storeValue(db, claim.input);
  const reused = claim.restarted === true ? await useReused(db, claim) : undefined;
  if (reused !== undefined) {
    if (carried !== undefined) await writeCarried(db, carried);
    return reused;
  }
  // The ledger's row before the run's, in every claim: so no two claims wait for each other.
  const [inserted] = await Promise.all([
    insertClaim(db, claim, inputJson, carried),
    carried === undefined ? undefined : writeCarried(db, carried),
  ]);
  if (inserted) return { result: "claimed", reportedAttempts: 0, lostInRow: claim.attempt - 1 };

  const { rows } = await prepared<Row>`
    select run_id as "runId", command_id as "commandId", status, input_hash as "inputHash", output_json as output, owner,
      deadline_at as "deadlineAt", coalesce(deadline_at <= clock_timestamp(), true) as overdue, temporal_attempt as "temporalAttempt",
      reported_attempts as "reportedAttempts", last_reported_attempt as "lastReportedAttempt", held_attempts as "heldAttempts"
    from workflow_action_invocations where key = ${claim.key} for update`.execute(db);
  const row = rows[0];
  if (row === undefined) return { result: "overQuota" };
  return answer(db, claim, row, inputJson);
}

/**
 * The claim of nearly every call, in one round trip: of a key that nobody has used, with entries that are the run's next, within the quota.
 * @returns false when it is not so; `claimInvocation`, with the same entries, then does what is left
 */
export async function claimAtOnce(
  db: TenantDb,
  claim: InvocationClaim,
  carried: CarriedWrite | undefined,
): Promise<boolean> {
  const append = carried === undefined ? undefined : appendable(carried);
  if (carried !== undefined && append === undefined) return false;
  const inputJson = await storeValue(db, claim.input);
  db.lastRound();
  const [claimed, appended] = await Promise.all([
    insertClaim(db, claim, inputJson, carried),
    carried === undefined ? true : appendCarried(db, carried, append),
  ]);
  return claimed && appended;
}

/**
 * The end of nearly every remote effect-free call that succeeds, in one round trip: its row, and the entries that it carried where they are
 * the run's next.
 * @returns false when they are not: `writeCarried` with `recordNone` then do what is left
 */
export async function recordNoneAtOnce(
  db: TenantDb,
  record: NoneInvocation & { readonly runId: string; readonly fence: Fence },
  carried: CarriedWrite | undefined,
): Promise<boolean> {
  const append = carried === undefined ? undefined : appendable(carried);
  if (carried !== undefined && append === undefined) return false;
  const texts = await noneRowTexts(db, [{ ...record, seq: record.place.execution }]);
  db.lastRound();
  // The ledger's row before the run's, as claims do.
  const [, appended] = await Promise.all([
    insertNoneRows(db, { runId: record.runId, epoch: record.fence.epoch, provisional: false, texts }),
    carried === undefined ? true : appendCarried(db, carried, append),
  ]);
  return appended;
}

/** @returns false when the key was used before, or the tenant is over its quota: nothing was written */
async function insertClaim(
  db: TenantDb,
  claim: InvocationClaim,
  inputJson: string,
  carried: CarriedWrite | undefined,
): Promise<boolean> {
  const { place } = claim;
  const question = quotaQuestion(claim, carried);
  const { rows } = await prepared`
    insert into workflow_action_invocations (tenant_id, key, id, run_id, command_id, step_id, step_path, iteration, execution, action, effect,
      status, input_json, input_hash, owner, deadline_at, temporal_attempt, started_at)
    select ${db.tenantId}::uuid, ${claim.key}, ${newId()}::uuid, ${claim.runId}::uuid, ${claim.commandId}, ${place.stepId}, ${place.stepPath},
      ${[...place.iteration]}::int[], ${place.execution}::int, ${claim.action}, ${claim.effect}, 'STARTED', ${inputJson}::json, ${claim.inputHash},
      ${claim.owner}, ${claim.deadlineAt}::timestamptz, ${claim.attempt}::int, clock_timestamp()
    where ${withinQuota(question)}
    on conflict (tenant_id, key) do nothing returning true as claimed`.execute(db);
  return rows.length > 0;
}

async function answer(db: TenantDb, claim: InvocationClaim, row: Row, inputJson: string): Promise<ClaimResult> {
  if (row.inputHash !== claim.inputHash) return { result: "keyReused" };
  const mine = row.runId === claim.runId && row.commandId === claim.commandId;
  const attempts = attemptsOf(claim, row, mine);
  switch (row.status) {
    case "SUCCEEDED":
      if (!mine) {
        await noteStepInput(db, { runId: claim.runId, execution: claim.place.execution, inputJson });
        await rememberLonger(db, claim.key);
      }
      return { result: "succeeded", output: await loadValue(db, row.output) };
    case "UNKNOWN":
      if (claim.repeatUnknown !== true) return { result: "unknown", ...attempts };
      await takeOver(db, claim, attempts);
      return { result: "claimed", ...attempts };
    case "FAILED":
      await takeOver(db, claim, attempts);
      return { result: "claimed", ...attempts };
    case "STARTED": {
      // The claim's own statement, sent again because its answer was lost.
      if (row.owner === claim.owner) return { result: "claimed", ...attempts };
      const dead = mine ? claim.attempt > row.temporalAttempt || row.overdue : row.overdue;
      if (!dead) return held(db, claim, row);
      if (claim.effect === "once") {
        await outcomeUnknown(db, claim);
        return { result: "unknown", ...attempts };
      }
      await takeOver(db, claim, attempts);
      return { result: "claimed", ...attempts };
    }
    default:
      return row.status satisfies never;
  }
}

/** A key that another call used before counts from the beginning. A try that found the key held is not lost. */
function attemptsOf(claim: InvocationClaim, row: Row, mine: boolean): Attempts {
  const heldAttempt = row.heldAttempts[callOf(claim)] ?? 0;
  const reported = mine ? row.lastReportedAttempt : 0;
  return {
    reportedAttempts: mine ? row.reportedAttempts : 0,
    lostInRow: Math.max(0, claim.attempt - Math.max(reported, heldAttempt) - 1),
  };
}

function callOf(claim: InvocationClaim): string {
  return `${claim.runId}:${claim.commandId}`;
}

async function takeOver(db: TenantDb, claim: InvocationClaim, attempts: Attempts): Promise<void> {
  const { place } = claim;
  await prepared`
    update workflow_action_invocations set status = 'STARTED', owner = ${claim.owner}, deadline_at = ${claim.deadlineAt}, temporal_attempt = ${claim.attempt},
      run_id = ${claim.runId}, command_id = ${claim.commandId}, step_id = ${place.stepId}, step_path = ${place.stepPath}, iteration = ${[...place.iteration]}::int[],
      execution = ${place.execution}, effect = ${claim.effect}, reported_attempts = ${attempts.reportedAttempts},
      last_reported_attempt = case when run_id = ${claim.runId} and command_id = ${claim.commandId} then last_reported_attempt else 0 end,
      started_at = case when run_id = ${claim.runId} and command_id = ${claim.commandId} then started_at else clock_timestamp() end,
      output_json = null, finished_at = null
    where key = ${claim.key}`.execute(db.unread);
}

async function held(db: TenantDb, claim: InvocationClaim, row: Row): Promise<ClaimResult> {
  await sql`update workflow_action_invocations set held_attempts = held_attempts || jsonb_build_object(${callOf(claim)}::text, ${claim.attempt}::int)
    where key = ${claim.key}`.execute(db.unread);
  return { result: "held", until: row.deadlineAt ?? new Date() };
}

async function outcomeUnknown(db: TenantDb, claim: InvocationClaim): Promise<void> {
  await sql`update workflow_action_invocations set status = 'UNKNOWN', finished_at = clock_timestamp(),
      owner = ${claim.owner}, temporal_attempt = ${claim.attempt} where key = ${claim.key}`.execute(db.unread);
}

/**
 * Stores the result of an effect: from now on the key is answered with it.
 * @param done.owner given: only while the claim is still this owner's
 * @returns false when the claim was no longer there to be fulfilled: nothing was written
 */
export async function invocationSucceeded(
  db: TenantDb,
  done: {
    readonly key: string;
    readonly output: Json;
    readonly at: Moment;
    readonly attempt: number;
    readonly owner?: string;
  },
): Promise<boolean> {
  const { rows } = await prepared`
    update workflow_action_invocations set status = 'SUCCEEDED', output_json = ${await storeValue(db, done.output)}::json, error_json = null, finished_at = ${done.at},
      reported_attempts = reported_attempts + 1, last_reported_attempt = temporal_attempt, deadline_at = null, held_attempts = '{}'
    where key = ${done.key} and status = 'STARTED' and (${done.owner ?? null}::text is null or owner = ${done.owner ?? null})
    returning true as written`.execute(db);
  return rows.length > 0;
}

/**
 * A try reported a failure. It counts as one of the author's.
 * @param failed.attempt the author's number of the try, shown with the step
 * @param failed.nextAt given: another try follows then, and the step shows RETRYING
 * @returns false when the claim was no longer there: nothing was written
 */
export async function invocationFailed(
  db: TenantDb,
  failed: {
    readonly key: string;
    readonly error: unknown;
    readonly attempt: number;
    readonly temporalAttempt: number;
    readonly nextAt?: Moment;
    readonly owner?: string;
  },
): Promise<boolean> {
  const errorJson = JSON.stringify(failed.error ?? null);
  const { rows } = await prepared<{ runId: string; execution: number }>`
    update workflow_action_invocations set status = case when status = 'UNKNOWN' then status else 'FAILED' end, error_json = ${errorJson}::json,
      finished_at = clock_timestamp(), reported_attempts = reported_attempts + 1, last_reported_attempt = ${failed.temporalAttempt}, deadline_at = null
    where key = ${failed.key} and status in ('STARTED', 'UNKNOWN') and temporal_attempt = ${failed.temporalAttempt} and (${failed.owner ?? null}::text is null or owner = ${failed.owner ?? null})
    returning run_id as "runId", execution`.execute(db);
  const row = rows[0];
  if (row === undefined) return false;
  if (failed.nextAt !== undefined)
    await noteRetry(db, { ...row, attempt: failed.attempt, errorJson, nextAt: failed.nextAt });
  return true;
}

/** What a try brought that had timed out. Evidence only: it changes no outcome. */
export async function invocationLate(
  db: TenantDb,
  late: { readonly key: string; readonly at: Moment; readonly result: unknown },
): Promise<void> {
  await sql`update workflow_action_invocations set late_json = ${await storeOptional(db, { at: late.at, result: late.result })}::json where key = ${late.key}`.execute(
    db.unread,
  );
}
