import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import { loadValues } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";
import type { TaskRow } from "./tasks.ts";

/*
 * What the rows know of why a run stands where it stands. Read only, for people who ask: no decision about a run is made from it.
 */

/** What is read at once of a run's open steps and waits. */
const openMax = 200;
const answerableSteps = 200;

export interface OwedStart {
  readonly attempts: number;
  readonly lastError: string | null;
  /** Null: it is held. */
  readonly dueAt: string | null;
}

/** The start that is still owed to Temporal; undefined: none is. */
export async function owedStart(db: TenantDb, runId: string): Promise<OwedStart | undefined> {
  const { rows } = await sql<{ attempts: number; lastError: string | null; dueAt: Date | null }>`
    select attempts, last_error as "lastError", due_at as "dueAt" from outbox where id = ${runId}`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { ...row, dueAt: instantOrNull(row.dueAt) };
}

export interface RunBearings {
  /** Of the database's clock. */
  readonly now: string;
  /** How often a segment of local calls was begun that has not committed; null: none is under way. */
  readonly segmentTries: number | null;
  readonly workflowPausedAt: string | null;
  readonly workflowPausedBy: string | null;
  readonly workflowPauseNote: string | null;
  readonly programHash: string | null;
}

/** Undefined: no such run. */
export async function runBearings(db: TenantDb, runId: string): Promise<RunBearings | undefined> {
  const { rows } = await sql<
    Omit<RunBearings, "now" | "workflowPausedAt"> & { now: Date; workflowPausedAt: Date | null }
  >`
    select clock_timestamp() as now, case when r.segment_token is not null then r.segment_tries end as "segmentTries",
      d.paused_at as "workflowPausedAt", d.paused_by as "workflowPausedBy", d.pause_note as "workflowPauseNote",
      r.program_hash as "programHash"
    from workflow_runs r left join workflow_definitions d on d.tenant_id = r.tenant_id and d.id = r.workflow_id
    where r.id = ${runId}`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  return { ...row, now: instant(row.now), workflowPausedAt: instantOrNull(row.workflowPausedAt) };
}

/** A run that has ended, small enough for a worker to answer a question about it at once; undefined: the tenant has none. */
export async function answerableRun(db: TenantDb): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from workflow_runs
    where confirmed_at is not null and started_at is not null and temporal_workflow_id is not null and step_count <= ${answerableSteps}
      and status = 'SUCCEEDED'
    order by created_at desc limit 1`.execute(db);
  return rows[0]?.id;
}

export interface OpenStep {
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly type: string | null;
  readonly status: string;
  readonly attempt: number;
  readonly startedAt: string;
  readonly nextAttemptAt: string | null;
  readonly error: unknown;
  /** Of its latest call. */
  readonly action: string | null;
}

/** Step executions that have not ended, in the order of their start. */
export async function openStepsOf(db: TenantDb, runId: string): Promise<OpenStep[]> {
  const { rows } = await sql<
    Omit<OpenStep, "startedAt" | "nextAttemptAt"> & { startedAt: Date; nextAttemptAt: Date | null }
  >`
    select s.execution, s.step_id as "stepId", s.step_path as "stepPath", s.iteration, s.type, s.status, s.attempt,
      s.started_at as "startedAt", s.next_attempt_at as "nextAttemptAt", s.error_json as error,
      (select i.action from workflow_action_invocations i where i.run_id = s.run_id and i.execution = s.execution
        order by i.started_at desc limit 1) as action
    from workflow_run_steps s
    where s.run_id = ${runId} and s.status in ('RUNNING', 'WAITING', 'RETRYING') order by s.execution limit ${openMax}`.execute(
    db,
  );
  return rows.map((row) => ({
    ...row,
    startedAt: instant(row.startedAt),
    nextAttemptAt: instantOrNull(row.nextAttemptAt),
  }));
}

export interface UnknownOutcome {
  readonly id: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly action: string;
  readonly at: string;
}

/** Calls of a run that may have had an effect, and of which nobody knows whether. */
export async function unknownOutcomesOf(db: TenantDb, runId: string): Promise<UnknownOutcome[]> {
  const { rows } = await sql<Omit<UnknownOutcome, "at"> & { at: Date }>`
    select id, step_id as "stepId", step_path as "stepPath", iteration, action, coalesce(finished_at, started_at) as at
    from workflow_action_invocations where run_id = ${runId} and status = 'UNKNOWN' order by execution limit ${openMax}`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, at: instant(row.at) }));
}

export interface OpenWaitRow {
  readonly waitId: string;
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly waitType: string;
  readonly eventName: string | null;
  readonly key: string | null;
  readonly filters: unknown;
  readonly timeoutAt: string | null;
  readonly openedAt: string;
  /** Events that were accepted earlier are not looked at: the wait's own look-back, else since the run's creation less 60 s. */
  readonly reachesFrom: string;
}

/** Open waits, in the order of their steps. */
export async function openWaitRows(db: TenantDb, runId: string): Promise<OpenWaitRow[]> {
  const { rows } = await sql<
    Omit<OpenWaitRow, "timeoutAt" | "openedAt" | "reachesFrom"> & {
      timeoutAt: Date | null;
      openedAt: Date;
      reachesFrom: Date;
    }
  >`
    select w.wait_id as "waitId", w.execution, w.step_id as "stepId", w.step_path as "stepPath", w.iteration, w.wait_type as "waitType",
      w.event_name as "eventName", w.key, w.filters, w.timeout_at as "timeoutAt", w.opened_at as "openedAt",
      case when w.lookback_ms is not null then w.created_at - w.lookback_ms * interval '1 millisecond'
        else r.created_at - case when r.restarted_from is null and r.trigger is distinct from 'replay' then interval '60 seconds' else interval '0' end
        end as "reachesFrom"
    from workflow_run_waits w join workflow_runs r on r.tenant_id = w.tenant_id and r.id = w.run_id
    where w.run_id = ${runId} and w.status = 'WAITING' order by w.execution, w.wait_id limit ${openMax}`.execute(db);
  return rows.map((row) => ({
    ...row,
    timeoutAt: instantOrNull(row.timeoutAt),
    openedAt: instant(row.openedAt),
    reachesFrom: instant(row.reachesFrom),
  }));
}

export interface NearEvent {
  /** Ours. */
  readonly id: string;
  readonly source: string;
  readonly name: string;
  readonly key: string;
  readonly acceptedAt: string;
  readonly payload: unknown;
  /** Accepted within the wait's reach. */
  readonly isInReach: boolean;
  /** Another run that took it. */
  readonly takenBy: string | null;
}

export interface NearEvents {
  /** Of the wait's name and key. */
  readonly exact: readonly NearEvent[];
  readonly otherKey: readonly NearEvent[];
  readonly otherName: readonly NearEvent[];
  readonly keyless: { readonly count: number; readonly lastAt: string | null; readonly eventIds: readonly string[] };
}

/**
 * Events that came and were not the one that a wait waits for, the latest first.
 * @param limit.keys so many of other keys, to find the likest among them
 */
export async function nearEventsOf(
  db: TenantDb,
  wait: {
    readonly runId: string;
    readonly name: string;
    readonly key: string;
    readonly reachesFrom: string;
  },
  limit: { readonly exact: number; readonly keys: number; readonly names: number },
): Promise<NearEvents> {
  const { runId, name, key, reachesFrom } = wait;
  const read = async (kind: "exact" | "key" | "name", most: number): Promise<NearEvent[]> => {
    const condition =
      kind === "exact"
        ? sql`e.name = ${name} and e.correlation_key = ${key}`
        : kind === "key"
          ? sql`e.name = ${name} and e.correlation_key <> ${key} and e.accepted_at >= ${reachesFrom}::timestamptz`
          : sql`e.name <> ${name} and e.correlation_key = ${key} and e.accepted_at >= ${reachesFrom}::timestamptz`;
    const { rows } = await sql<Omit<NearEvent, "acceptedAt"> & { acceptedAt: Date }>`
      select e.id, e.source, e.name, e.correlation_key as key, e.accepted_at as "acceptedAt", ${kind === "exact" ? sql`e.payload` : sql`null`} as payload,
        e.accepted_at >= ${reachesFrom}::timestamptz as "isInReach",
        (select d.run_id from workflow_event_deliveries d where d.event_id = e.id and d.run_id <> ${runId} and d.state = 'taken' limit 1) as "takenBy"
      from workflow_runtime_events e
      where ${condition} and (e.run_id is null or e.run_id = ${runId})
        and not exists (select from workflow_event_deliveries d where d.event_id = e.id and d.run_id = ${runId} and d.state = 'taken')
      order by e.accepted_at desc limit ${most}`.execute(db);
    const payloads = await loadValues(
      db,
      rows.map((row) => row.payload),
    );
    return rows.map((row, i) => ({ ...row, payload: payloads[i] ?? null, acceptedAt: instant(row.acceptedAt) }));
  };
  const keyless = await sql<{ count: number; lastAt: Date | null; eventIds: string[] | null }>`
    select count(*)::int as count, max(accepted_at) as "lastAt", (array_agg(id::text order by accepted_at desc))[1:5] as "eventIds"
    from workflow_runtime_events
    where name = ${name} and correlation_key is null and accepted_at >= ${reachesFrom}::timestamptz and (run_id is null or run_id = ${runId})`.execute(
    db,
  );
  const [none] = keyless.rows;
  return {
    exact: await read("exact", limit.exact),
    otherKey: await read("key", limit.keys),
    otherName: await read("name", limit.names),
    keyless: { count: none?.count ?? 0, lastAt: instantOrNull(none?.lastAt ?? null), eventIds: none?.eventIds ?? [] },
  };
}

export interface FailingDelivery {
  readonly eventId: string;
  readonly name: string;
  readonly key: string | null;
  readonly attempts: number;
  readonly reason: string | null;
  readonly nextAt: string | null;
  readonly since: string;
}

/** Events that could not be handed to the run. */
export async function failingDeliveriesOf(db: TenantDb, runId: string): Promise<FailingDelivery[]> {
  const { rows } = await sql<Omit<FailingDelivery, "nextAt" | "since"> & { nextAt: Date | null; since: Date }>`
    select d.event_id as "eventId", e.name, e.correlation_key as key, d.attempts, d.reason, d.due_at as "nextAt", d.created_at as since
    from workflow_event_deliveries d join workflow_runtime_events e on e.tenant_id = d.tenant_id and e.id = d.event_id
    where d.run_id = ${runId} and d.state = 'failed' order by d.created_at limit ${openMax}`.execute(db);
  return rows.map((row) => ({ ...row, nextAt: instantOrNull(row.nextAt), since: instant(row.since) }));
}

export type OpenTask = Pick<
  TaskRow,
  "id" | "waitId" | "title" | "users" | "groups" | "dueAt" | "claimedBy" | "claimedAt" | "remindersSent"
> & {
  readonly refusedAt: string | null;
  readonly refusedBy: string | null;
  readonly refusedFor: unknown;
};

export async function openTasksOf(db: TenantDb, runId: string): Promise<OpenTask[]> {
  const { rows } = await sql<
    Omit<OpenTask, "dueAt" | "claimedAt" | "refusedAt"> & {
      dueAt: Date | null;
      claimedAt: Date | null;
      refusedAt: Date | null;
    }
  >`
    select id, wait_id as "waitId", title, assign_users as users, assign_groups as groups, due_at as "dueAt", claimed_by as "claimedBy",
      claimed_at as "claimedAt", reminders_sent as "remindersSent", refused_at as "refusedAt", refused_by as "refusedBy", refused_for as "refusedFor"
    from workflow_tasks where run_id = ${runId} and state = 'OPEN' limit ${openMax}`.execute(db);
  return rows.map((row) => ({
    ...row,
    dueAt: instantOrNull(row.dueAt),
    claimedAt: instantOrNull(row.claimedAt),
    refusedAt: instantOrNull(row.refusedAt),
  }));
}

/**
 * Keeps what the last answer to a task was refused for; the answer itself is not kept.
 * @param refused.issues with pointer and message each
 */
export async function noteRefusedAnswer(
  db: TenantDb,
  taskId: string,
  refused: { readonly by: string; readonly issues: readonly { readonly pointer: string; readonly message: string }[] },
): Promise<void> {
  const issues = refused.issues.map(({ pointer, message }) => ({ pointer, message }));
  await sql`update workflow_tasks set refused_at = clock_timestamp(), refused_by = ${refused.by}, refused_for = ${JSON.stringify(issues)}::json
    where id = ${taskId} and state = 'OPEN'`.execute(db.unread);
}
