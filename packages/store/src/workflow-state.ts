import { newId } from "./ids.ts";
import { instant } from "./instants.ts";
import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import { removeSchedules } from "./schedules.ts";
import { lockStarts, releaseHeld } from "./start-limits.ts";
import type { TenantDb } from "./store.ts";

/** That, since when and by whom starts of a workflow are held. */
export interface WorkflowPause {
  readonly at: string;
  readonly by: string | null;
  readonly note: string | null;
}

/**
 * Holds starts of a workflow from now on; runs under way go on. One that is paused already stays so since then; a note replaces its note.
 * @returns undefined when there is no such workflow
 */
export async function pauseWorkflow(
  db: TenantDb,
  key: string,
  pause: { readonly by: string; readonly note?: string },
): Promise<WorkflowPause | undefined> {
  const { rows } = await prepared<{ id: string; at: Date; by: string | null; note: string | null }>`
    update workflow_definitions set paused_by = case when paused_at is null then ${pause.by} else paused_by end,
      paused_at = coalesce(paused_at, now()), pause_note = coalesce(${pause.note ?? null}, case when paused_at is null then null else pause_note end),
      updated_at = now()
    where key = ${key} returning id, paused_at as at, paused_by as by, pause_note as note`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  // What a limit had held, the pause holds now. Whoever lets go of starts at this moment is waited for.
  await lockStarts(db);
  await prepared`update workflow_runs set held_for = 'workflow-paused', queued_reason = 'workflow-paused'
    where workflow_id = ${row.id} and held_for is not null`.execute(db.unread);
  return { at: instant(row.at), by: row.by, note: row.note };
}

/**
 * Starts go again, those first that were held, as far as the limits let them.
 * @returns how many were let go at once, the others follow; undefined when there is no such workflow
 */
export async function unpauseWorkflow(db: TenantDb, key: string): Promise<{ readonly released: number } | undefined> {
  const { rows } = await prepared<{ id: string }>`
    update workflow_definitions set paused_at = null, paused_by = null, pause_note = null, updated_at = now() where key = ${key} returning id`.execute(
    db,
  );
  if (rows.length === 0) return undefined;
  return { released: (await releaseHeld(db)).length };
}

export interface WorkflowSettings {
  /** So many of its runs may be under way at once; null: as many as the tenant may have. */
  readonly concurrencyLimit: number | null;
}

/** What is left out stays. @returns as stored; undefined when there is no such workflow */
export async function putWorkflowSettings(
  db: TenantDb,
  key: string,
  change: Partial<WorkflowSettings>,
): Promise<WorkflowSettings | undefined> {
  const { rows } = await prepared<WorkflowSettings>`
    update workflow_definitions set concurrency_limit = case when ${change.concurrencyLimit !== undefined}::boolean
      then ${change.concurrencyLimit ?? null}::int else concurrency_limit end, updated_at = now()
    where key = ${key} returning concurrency_limit as "concurrencyLimit"`.execute(db);
  if (rows[0] !== undefined) await releaseHeld(db);
  return rows[0];
}

/**
 * No version of the workflow starts any more. Runs under way go on, and its versions stay callable by workflows that are bound to one. Starts
 * that are held are dropped: the runs end CANCELED, each with a decision. Its schedules are removed; its triggers were the version's.
 * @returns `not-published` when nothing was; undefined when there is no such workflow
 */
export async function unpublishWorkflow(
  db: TenantDb,
  key: string,
  by: string,
): Promise<
  | {
      readonly version: number;
      /** Runs. */
      readonly dropped: readonly string[];
      /** Schedules. */
      readonly removed: readonly string[];
    }
  | "not-published"
  | undefined
> {
  const { rows } = await prepared<{ id: string; version: number | null }>`
    select id, published_version as version from workflow_definitions where key = ${key} for update`.execute(db);
  const [workflow] = rows;
  if (workflow === undefined) return undefined;
  const { id, version } = workflow;
  if (version === null) return "not-published";
  await prepared`update workflow_definitions set published_version = null, updated_at = now() where id = ${id}`.execute(
    db.unread,
  );
  return { version, dropped: await dropHeld(db, id, by), removed: await removeSchedules(db, id) };
}

/** First the outbox, then the run, as everybody who holds both. */
async function dropHeld(db: TenantDb, workflowId: string, by: string): Promise<string[]> {
  await lockStarts(db);
  const { rows: owed } = await prepared<{ id: string }>`delete from outbox
    where id in (select id from workflow_runs where workflow_id = ${workflowId} and held_for is not null) and due_at is null returning id`.execute(
    db,
  );
  const ids = owed.map(({ id }) => id);
  if (ids.length === 0) return [];
  const details = JSON.stringify({ by, reason: "the workflow was unpublished" });
  await prepared`insert into workflow_trigger_decisions (tenant_id, id, outcome, event_id, schedule_id, nominal_at, workflow_id, workflow_key,
      workflow_version, trigger_id, run_id, "values")
    select r.tenant_id, d.id, 'unpublished', r.trigger_event_id, case when r.trigger = 'schedule' then (r.trigger_metadata_json ->> 'scheduleId')::uuid end,
      case when r.trigger = 'schedule' then (r.trigger_metadata_json ->> 'nominalAt')::timestamptz end, r.workflow_id, r.workflow_key,
      r.workflow_version, r.trigger_metadata_json ->> 'triggerId', r.id, json_build_object('by', ${by}::text, 'heldFor', r.held_for)
    from unnest(${ids}::uuid[], ${ids.map(() => newId())}::uuid[]) d (run_id, id) join workflow_runs r on r.id = d.run_id`.execute(
    db.unread,
  );
  await prepared`update workflow_runs set status = 'CANCELED', completed_at = now(), confirmed_at = now(), cancel_requested_at = now(),
      cancel_requested_by = ${by},
      error_json = json_build_object('category', 'Cancellation', 'code', 'CANCELED', 'message', 'The workflow was unpublished before it was started.',
        'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'details', ${details}::json),
      queued_reason = null, held_for = null, updated_at = now()
    where id = any(${ids}::uuid[]) and status = 'QUEUED'
    returning pg_notify(${channels.journal}, tenant_id::text || ':' || id::text)`.execute(db.unread);
  return ids;
}
