import { hash } from "node:crypto";
import type { Json, StepPlace } from "@mainspring/core";
import { canonicalJson } from "@mainspring/core";
import type { Fence } from "./fence.ts";
import { newId } from "./ids.ts";
import type { Moment } from "./instants.ts";
import { prepared } from "./prepared.ts";
import { noteRetry } from "./steps.ts";
import { storeOptional, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** A call of an effect-free action: no claim is taken, its row is written afterwards. */
export interface NoneInvocation {
  readonly key: string;
  readonly commandId: string;
  readonly place: StepPlace;
  readonly action: string;
  readonly input: Json;
  /** STARTED: of a call that runs long, written while it does. */
  readonly status: "STARTED" | "SUCCEEDED" | "FAILED";
  readonly output?: Json;
  readonly error?: unknown;
  /** Outcomes reported so far, this one included. */
  readonly attempts: number;
  /** Temporal's try; 1 in a segment. */
  readonly temporalAttempt?: number;
  readonly startedAt: Moment;
  readonly finishedAt?: Moment;
}

/**
 * Writes the row of a remote effect-free call.
 * @param record.nextAt of a failed try that another follows: the step shows it
 */
export async function recordNone(
  db: TenantDb,
  record: NoneInvocation & {
    readonly runId: string;
    readonly fence?: Fence;
    readonly provisional: boolean;
    readonly nextAt?: Moment;
  },
): Promise<void> {
  await insertNoneInvocations(db, {
    runId: record.runId,
    epoch: record.fence?.epoch ?? 0,
    provisional: record.provisional,
    invocations: [{ ...record, seq: record.place.execution }],
  });
  if (record.nextAt !== undefined && record.status === "FAILED") {
    const step = { runId: record.runId, execution: record.place.execution };
    await noteRetry(db, {
      ...step,
      attempt: record.attempts,
      errorJson: JSON.stringify(record.error ?? null),
      nextAt: record.nextAt,
    });
  }
}

/** How often the call has reported an outcome, and by which of Temporal's tries the last time. */
export async function noneAttempts(
  db: TenantDb,
  key: string,
): Promise<{ reportedAttempts: number; lastReportedTemporalAttempt: number } | undefined> {
  const { rows } = await prepared<{ reportedAttempts: number; lastReportedTemporalAttempt: number }>`
    select reported_attempts as "reportedAttempts", last_reported_attempt as "lastReportedTemporalAttempt"
    from workflow_action_invocations where key = ${key}`.execute(db);
  return rows[0];
}

export async function insertNoneInvocations(
  db: TenantDb,
  rows: {
    readonly runId: string;
    readonly epoch: number;
    readonly provisional: boolean;
    readonly invocations: readonly (NoneInvocation & { readonly seq: number })[];
  },
): Promise<void> {
  if (rows.invocations.length === 0) return;
  await insertNoneRows(db, { ...rows, texts: await noneRowTexts(db, rows.invocations) });
}

/** Rows of effect-free calls as JSON, for `insertNoneRows`. */
export async function noneRowTexts(
  db: TenantDb,
  invocations: readonly (NoneInvocation & { readonly seq: number })[],
): Promise<string[]> {
  // One key stands once in a statement: of several tries of one call the last one counts.
  const byKey = new Map(invocations.map((invocation) => [invocation.key, invocation]));
  const texts: string[] = [];
  for (const invocation of byKey.values()) {
    const { place, status } = invocation;
    const row = {
      ...place,
      key: invocation.key,
      id: newId(),
      commandId: invocation.commandId,
      action: invocation.action,
      status,
      inputJson: await storeValue(db, invocation.input),
      inputHash: hash("sha256", canonicalJson(invocation.input)),
      outputJson: await storeOptional(db, invocation.output),
      errorJson: invocation.error === undefined ? null : JSON.stringify(invocation.error),
      temporalAttempt: invocation.temporalAttempt ?? 1,
      reported: invocation.attempts,
      lastReported: status === "STARTED" ? 0 : (invocation.temporalAttempt ?? 1),
      startedAt: invocation.startedAt,
      finishedAt: invocation.finishedAt ?? null,
      seq: invocation.seq,
    };
    texts.push(JSON.stringify(row));
  }
  return texts;
}

export async function insertNoneRows(
  db: TenantDb,
  rows: {
    readonly runId: string;
    readonly epoch: number;
    readonly provisional: boolean;
    readonly texts: readonly string[];
  },
): Promise<void> {
  await prepared`
    insert into workflow_action_invocations as i (tenant_id, key, id, run_id, command_id, step_id, step_path, iteration, execution, action, effect,
      status, input_json, input_hash, output_json, error_json, owner, temporal_attempt, reported_attempts, last_reported_attempt,
      seq, epoch, provisional, started_at, finished_at)
    select ${db.tenantId}::uuid, r.key, r.id, ${rows.runId}::uuid, r."commandId", r."stepId", r."stepPath", r.iteration, r.execution, r.action, 'none',
      r.status, r."inputJson"::json, r."inputHash", r."outputJson"::json, r."errorJson"::json, '', r."temporalAttempt", r.reported, r."lastReported",
      r.seq, ${rows.epoch}::int, ${rows.provisional}::boolean, r."startedAt", r."finishedAt"
    from json_to_recordset(${`[${rows.texts.join(",")}]`}::json) as r(key text, id uuid, "commandId" text, "stepId" text, "stepPath" text, iteration int[],
      execution int, action text, status text, "inputJson" text, "inputHash" text, "outputJson" text, "errorJson" text, "temporalAttempt" int,
      reported int, "lastReported" int, seq int, "startedAt" timestamptz, "finishedAt" timestamptz)
    on conflict (tenant_id, key) do update set
      command_id = excluded.command_id, execution = excluded.execution, status = excluded.status, output_json = excluded.output_json,
      error_json = excluded.error_json, temporal_attempt = excluded.temporal_attempt, reported_attempts = excluded.reported_attempts,
      last_reported_attempt = greatest(i.last_reported_attempt, excluded.last_reported_attempt),
      seq = excluded.seq, epoch = excluded.epoch, provisional = excluded.provisional, started_at = excluded.started_at, finished_at = excluded.finished_at
    -- That a try has begun may be written behind its end.
    where i.effect = 'none' and not (excluded.status = 'STARTED' and i.reported_attempts > excluded.reported_attempts)`.execute(
    db.unread,
  );
}

/** Deletes the rows of effect-free calls that were written with entries which stand no more. @param drop.except written anew */
export async function dropNoneInvocations(
  db: TenantDb,
  drop: {
    readonly runId: string;
    readonly seqs: readonly number[];
    readonly except: readonly { readonly key: string }[];
  },
): Promise<void> {
  if (drop.seqs.length === 0) return;
  await prepared`delete from workflow_action_invocations
    where run_id = ${drop.runId} and effect = 'none' and seq = any(${drop.seqs}::int[]) and not key = any(${drop.except.map(({ key }) => key)}::text[])`.execute(
    db.unread,
  );
}
