import { maskBySchema, sensitiveValues, ValueMask, workflowIdOf } from "@mainspring/core";
import type { Json, RestartOrigin } from "@mainspring/core";
import { sql } from "kysely";
import type { Moment } from "./instants.ts";
import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import { storeOptional, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

export interface NewRun {
  readonly id: string;
  readonly workflowKey: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semantics: 1 | 2;
  readonly input: Json;
  /** Of the version, where it is at hand; what it declares sensitive is not searched. Left out: it is read. */
  readonly payloadSchema?: Json | null;
  /** Of a restarted run: events that it may take although another run has. */
  readonly offeredEventIds?: readonly string[];
  /** What started it; `type`, `eventId` (ours), `replayOfRunId` and `restartedFromRunId` are read from it. */
  readonly trigger?: Json;
  readonly parentRunId?: string;
  readonly rootRunId?: string;
  readonly idempotencyKey?: string;
  readonly requestHash?: string;
  readonly startedBy?: string;
  /** The trace in which it is accepted: a W3C `traceparent`. */
  readonly traceparent?: string | undefined;
  /** Until then the start is left to whoever made the run; left out: any relay may start it at once. */
  readonly startDueAt?: Moment;
}

/**
 * A run that is accepted: QUEUED, and its start owed, but for a child's. Commit before starting the execution: start, then mark.
 * The transaction fails with a unique violation when the id or the idempotency key exists.
 */
export async function insertRun(db: TenantDb, run: NewRun): Promise<void> {
  const trigger = triggerOf(run);
  const searchText = searchableText(
    run.payloadSchema === undefined ? await payloadSchemaOf(db, run) : run.payloadSchema,
    run.input,
  );
  await prepared`
    insert into workflow_runs (tenant_id, id, workflow_id, workflow_key, workflow_version, status, engine, temporal_workflow_id, definition_hash,
      program_hash, runtime_semantics_version, parent_run_id, root_run_id, restarted_from, trigger, trigger_event_id, trigger_metadata_json,
      input_json, search_text, offered_event_ids, idempotency_key, request_hash, started_by)
    values (${db.tenantId}, ${run.id}, (select id from workflow_definitions where key = ${run.workflowKey}), ${run.workflowKey}, ${run.version}, 'QUEUED', 'temporal',
      ${workflowIdOf(run.id)}, ${run.definitionHash}, ${run.programHash}, ${run.semantics}, ${run.parentRunId ?? null}, ${run.rootRunId ?? run.id},
      ${trigger.restartedFrom}, ${trigger.type},
      coalesce(${trigger.eventId}::uuid, (select trigger_event_id from workflow_runs where id = ${trigger.origin}::uuid)), ${await storeOptional(db, run.trigger)}::json, ${await storeValue(db, run.input)}::json,
      ${searchText}, ${[...(run.offeredEventIds ?? [])]}::uuid[],
      ${run.idempotencyKey ?? null}, ${run.requestHash ?? null}, ${run.startedBy ?? null})`.execute(db.unread);
  // A child is started by its parent, and by nobody else.
  if (run.parentRunId !== undefined) return;
  await prepared`insert into outbox (tenant_id, id, due_at, traceparent)
    values (${db.tenantId}, ${run.id}, coalesce(${run.startDueAt ?? null}::timestamptz, now()), ${run.traceparent ?? null})
    returning case when due_at <= now() then pg_notify(${channels.outbox}, ${db.tenantId}) end`.execute(db.unread);
}

/** Of a stored input only so much is searched. */
export const searchedInputChars = 32 * 1024;

/** The input as it is searched: what nobody may read masked, nobody may find. */
function searchableText(payloadSchema: Json | null, input: Json): string {
  if (payloadSchema === null) return JSON.stringify(input).slice(0, searchedInputChars);
  const sensitive = sensitiveValues(payloadSchema, input);
  const masked = sensitive.length === 0 ? input : new ValueMask(sensitive).value(maskBySchema(payloadSchema, input));
  return JSON.stringify(masked).slice(0, searchedInputChars);
}

async function payloadSchemaOf(db: TenantDb, { programHash }: NewRun): Promise<Json | null> {
  const { rows } = await prepared<{ payloadSchema: Json | null }>`select payload_schema as "payloadSchema"
    from workflow_definition_versions where program_hash = ${programHash} limit 1`.execute(db);
  return rows[0]?.payloadSchema ?? null;
}

function triggerOf(run: NewRun): {
  type: string;
  eventId: string | null;
  restartedFrom: string | null;
  /** The run whose trigger event is this one's too. */
  origin: string | null;
} {
  const trigger = (run.trigger ?? {}) as { [name: string]: unknown };
  const text = (name: string): string | null => (typeof trigger[name] === "string" ? trigger[name] : null);
  const restartedFrom = text("restartedFromRunId");
  const origin = restartedFrom ?? text("replayOfRunId");
  const otherwise =
    restartedFrom !== null
      ? "restart"
      : text("replayOfRunId") !== null
        ? "replay"
        : run.parentRunId !== undefined
          ? "child"
          : "manual";
  return { type: text("type") ?? otherwise, eventId: text("eventId"), restartedFrom, origin };
}

export async function runByIdempotencyKey(
  db: TenantDb,
  key: string,
): Promise<{ runId: string; requestHash: string } | undefined> {
  const { rows } = await sql<{
    runId: string;
    requestHash: string;
  }>`select id as "runId", coalesce(request_hash, '') as "requestHash"
    from workflow_runs where idempotency_key = ${key}`.execute(db);
  return rows[0];
}

export interface RunForStart {
  readonly runId: string;
  readonly workflowKey: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semantics: 1 | 2;
  readonly status: string;
}

/** What the launcher needs to start the execution. */
export async function runForStart(db: TenantDb, runId: string): Promise<RunForStart | undefined> {
  const { rows } =
    await prepared<RunForStart>`select id as "runId", workflow_key as "workflowKey", workflow_version as version,
    definition_hash as "definitionHash", program_hash as "programHash", runtime_semantics_version as semantics, status
    from workflow_runs where id = ${runId} and engine = 'temporal'`.execute(db);
  return rows[0];
}

/**
 * Locks an owed start for the transaction, due or not; undefined when it is held, is owed no more, or somebody else is at it.
 * @param outboxId equal to the run's id
 */
export async function lockStart(
  db: TenantDb,
  outboxId: string,
): Promise<{ runId: string; attempts: number; createdAt: Date; traceparent: string | null } | undefined> {
  const { rows } = await prepared<{ runId: string; attempts: number; createdAt: Date; traceparent: string | null }>`
    select id as "runId", attempts, created_at as "createdAt", traceparent from outbox where id = ${outboxId} and due_at is not null for update skip locked`.execute(
    db,
  );
  return rows[0];
}

/**
 * The execution was started, or was there already. Fills what is null, on an ended row too; RUNNING only where the run is still
 * QUEUED. The run itself makes the same mark, whichever comes first.
 */
export async function startSucceeded(
  db: TenantDb,
  runId: string,
  start: { readonly temporalRunId: string; readonly at: Moment },
): Promise<void> {
  await prepared`
    update workflow_runs set started_at = coalesce(started_at, ${start.at}::timestamptz), temporal_run_id = coalesce(temporal_run_id, ${start.temporalRunId}),
      status = case when status = 'QUEUED' then 'RUNNING' else status end, queued_reason = null, held_for = null, updated_at = now()
    where id = ${runId} and (started_at is null or temporal_run_id is null or status = 'QUEUED')
    returning pg_notify(${channels.journal}, ${`${db.tenantId}:${runId}`})`.execute(db.unread);
  // The relay that made the start holds the row and deletes it itself: waiting for it here could be waiting for one another.
  await prepared`delete from outbox where id = (select id from outbox where id = ${runId} for update skip locked)`.execute(
    db.unread,
  );
}

/** The start did not come through and is tried again; the run stays QUEUED and says why. */
export async function startFailed(
  db: TenantDb,
  runId: string,
  failure: { readonly error: string; readonly nextAt: Date },
): Promise<void> {
  await prepared`update outbox set attempts = attempts + 1, last_error = ${failure.error}, due_at = ${failure.nextAt} where id = ${runId}`.execute(
    db.unread,
  );
  await prepared`update workflow_runs set queued_reason = ${failure.error}, updated_at = now() where id = ${runId} and status = 'QUEUED'`.execute(
    db.unread,
  );
}

/** The start was refused for good, or its time is over: FAILED, at stage `launch`. A run that did start stays as it is. */
export async function launchRefused(db: TenantDb, runId: string, refusal: { readonly error: unknown }): Promise<void> {
  const error = { ...(refusal.error as object), stage: "launch" };
  // First the outbox, then the run, as everybody who holds both.
  await sql`delete from outbox where id = ${runId}`.execute(db.unread);
  await sql`update workflow_runs set status = 'FAILED', error_json = ${JSON.stringify(error)}::json, completed_at = now(), confirmed_at = now(),
      queued_reason = null, held_for = null, updated_at = now()
    where id = ${runId} and status = 'QUEUED'
    returning pg_notify(${channels.journal}, ${`${db.tenantId}:${runId}`})`.execute(db.unread);
}

/**
 * Cancels a run that Temporal does not know: its start is owed no more and the run is CANCELED, in one.
 * @param options.onlyHeld only where its start is held, so that Temporal need not be asked
 * @returns false when the start was made meanwhile, or the run is not QUEUED: nothing was changed
 */
export async function voidQueuedStart(
  db: TenantDb,
  runId: string,
  by = "unknown",
  reason?: string,
  options: { readonly onlyHeld?: true } = {},
): Promise<boolean> {
  // Waits for a relay that is just starting it.
  const owed =
    await sql`select from outbox where id = ${runId} and (due_at is null or not ${options.onlyHeld === true}::boolean)
    for update`.execute(db);
  if (owed.rows.length === 0) return false;
  const details = JSON.stringify({ by, ...(reason === undefined ? {} : { reason }) });
  const { rows } = await sql`
    update workflow_runs set status = 'CANCELED', completed_at = now(), confirmed_at = now(), cancel_requested_at = coalesce(cancel_requested_at, now()),
      cancel_requested_by = coalesce(cancel_requested_by, ${by}),
      error_json = json_build_object('category', 'Cancellation', 'code', 'CANCELED', 'message', 'Cancelled before it was started.',
        'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'details', ${details}::json),
      queued_reason = null, held_for = null, updated_at = now()
    where id = ${runId} and status = 'QUEUED'
    returning pg_notify(${channels.journal}, ${`${db.tenantId}:${runId}`})`.execute(db);
  if (rows.length === 0) return false;
  await sql`delete from outbox where id = ${runId}`.execute(db.unread);
  return true;
}

/**
 * Notes that Temporal has accepted a cancel, also on the row of a run that was quick to end by it, or whose end is provisional. The first
 * one's time stays.
 * @returns "ended": the end is confirmed; undefined when there is no such run
 */
export async function markCancelRequested(
  db: TenantDb,
  runId: string,
  by: string,
  at: Moment,
): Promise<{ cancelRequestedAt: string } | "ended" | undefined> {
  const { rows } = await sql<{ ended: boolean; at: Date }>`
    update workflow_runs set
      cancel_requested_at = case when confirmed_at is null or status = 'CANCELED' then coalesce(cancel_requested_at, ${at}::timestamptz) else cancel_requested_at end,
      cancel_requested_by = case when confirmed_at is null or status = 'CANCELED' then coalesce(cancel_requested_by, ${by}) else cancel_requested_by end
    where id = ${runId} returning confirmed_at is not null as ended, cancel_requested_at as at`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  return row.ended ? "ended" : { cancelRequestedAt: row.at.toISOString() };
}

export interface RunForOpen {
  readonly tenantId: string;
  readonly workflowKey: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semantics: 1 | 2;
  readonly input: unknown;
  /** Of the run; its creation while nobody has marked the start. */
  readonly startedAt: string;
  /** Of a restarted run: where it begins. */
  readonly restart?: RestartOrigin;
  readonly status: string;
}
