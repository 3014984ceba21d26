import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import type { Moment } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { StepProjection } from "./projection/steps.ts";
import { unlessRefused } from "./run-lock.ts";
import { loadColumns } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** What the API shows of a step execution. */
export interface StepRow {
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly type: string | null;
  readonly attempt: number;
  readonly status: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** While RETRYING: when the next try begins. */
  readonly nextAttemptAt: string | null;
  readonly commandId: string | null;
  /** Of the action that the step called; null where it called none, or has not yet. */
  readonly input: unknown;
  readonly output: unknown;
  readonly error: unknown;
}

/** Step executions of a run in the order of their start. */
export async function stepsOf(db: TenantDb, runId: string, request: PageRequest): Promise<Page<StepRow>> {
  return readPage(
    { db, list: "steps", filter: { runId }, request, key: ["integer"], keyOf: (row) => [row.execution] },
    async (after, limit) => {
      const { rows } = await sql<
        Omit<StepRow, "startedAt" | "finishedAt" | "nextAttemptAt"> & {
          startedAt: Date;
          finishedAt: Date | null;
          nextAttemptAt: Date | null;
        }
      >`
      select s.execution, s.step_id as "stepId", s.step_path as "stepPath", s.iteration, s.type, s.attempt, s.status,
        s.started_at as "startedAt", s.finished_at as "finishedAt", s.next_attempt_at as "nextAttemptAt", s.command_id as "commandId",
        coalesce(s.input_json, i.input_json) as input, s.output_json as output, s.error_json as error
      from workflow_run_steps s
      left join lateral (
        select input_json from workflow_action_invocations i
        where i.run_id = s.run_id and i.execution = s.execution order by i.started_at desc limit 1) i on true
      where s.run_id = ${runId} and s.execution > ${Number(after?.[0] ?? 0)}
      order by s.execution limit ${limit}`.execute(db);
      const loaded = await loadColumns(db, rows, ["input", "output", "error"]);
      return loaded.map((row) => ({
        ...row,
        startedAt: instant(row.startedAt),
        finishedAt: instantOrNull(row.finishedAt),
        nextAttemptAt: instantOrNull(row.nextAttemptAt),
      }));
    },
  );
}

/** `continues`: computed from the last entries about the step alone; what they do not tell is as its row has it. */
export type StepChange = StepProjection & { readonly continues?: true };

/**
 * Writes computed rows. What a live attempt has noted meanwhile (attempt, last error, next try, RETRYING) stays while the step is
 * open in the same epoch: entries know nothing of attempts under way.
 */
export async function writeStepRows(
  db: TenantDb,
  runId: string,
  rows: { readonly present: readonly StepChange[]; readonly absent: readonly number[] },
): Promise<void> {
  if (rows.absent.length > 0) {
    await prepared`delete from workflow_run_steps where run_id = ${runId} and execution = any(${rows.absent}::int[])`.execute(
      db.unread,
    );
  }
  if (rows.present.length === 0) return;
  await prepared`
    insert into workflow_run_steps as s (tenant_id, run_id, execution, step_id, step_path, iteration, type, attempt, status, started_at,
      finished_at, command_id, output_json, error_json, epoch)
    select ${db.tenantId}::uuid, ${runId}::uuid, r.execution, r."stepId", r."stepPath", r.iteration, coalesce(r.type, earlier.type), r.attempt, r.status,
      coalesce(earlier.started_at, r."startedAt"), r."finishedAt", coalesce(r."commandId", earlier.command_id), r."outputJson"::json, r."errorJson"::json, r.epoch
    from json_to_recordset(${JSON.stringify(rows.present)}::json) as r(execution int, "stepId" text, "stepPath" text, iteration int[], type text,
      attempt int, status text, "startedAt" timestamptz, "finishedAt" timestamptz, "commandId" text, "outputJson" text, "errorJson" text, epoch int, continues boolean)
      left join workflow_run_steps earlier on r.continues and earlier.run_id = ${runId} and earlier.execution = r.execution
    where ${unlessRefused}
    on conflict (tenant_id, run_id, execution) do update set
      step_id = excluded.step_id, step_path = excluded.step_path, iteration = excluded.iteration, type = excluded.type,
      attempt = case
        when s.epoch = excluded.epoch and s.step_path = excluded.step_path and (excluded.status in ('RUNNING', 'WAITING') or excluded.attempt = 1)
        then greatest(s.live_attempt, excluded.attempt) else excluded.attempt end,
      live_attempt = case when s.epoch = excluded.epoch and s.step_path = excluded.step_path then s.live_attempt end,
      status = case
        when s.status = 'RETRYING' and excluded.status = 'RUNNING' and s.epoch = excluded.epoch and s.step_path = excluded.step_path then s.status
        else excluded.status end,
      error_json = case
        when s.status in ('RETRYING', 'RUNNING') and excluded.status = 'RUNNING' and s.epoch = excluded.epoch and s.step_path = excluded.step_path then s.error_json
        else excluded.error_json end,
      next_attempt_at = case
        when s.status = 'RETRYING' and excluded.status = 'RUNNING' and s.epoch = excluded.epoch and s.step_path = excluded.step_path then s.next_attempt_at
        end,
      input_json = case when s.epoch = excluded.epoch and s.step_path = excluded.step_path then s.input_json end,
      started_at = excluded.started_at, finished_at = excluded.finished_at, command_id = excluded.command_id,
      output_json = excluded.output_json, epoch = excluded.epoch`.execute(db.unread);
}

/** Where a try of an action shows itself. */
export interface StepOfAttempt {
  readonly runId: string;
  readonly execution: number;
}

/** A try after the first says at its start that it is there. The last error stays visible. */
export async function noteAttempt(db: TenantDb, step: StepOfAttempt & { readonly attempt: number }): Promise<void> {
  await prepared`update workflow_run_steps set status = 'RUNNING', attempt = greatest(attempt, ${step.attempt}),
      live_attempt = greatest(live_attempt, ${step.attempt}), next_attempt_at = null
    where run_id = ${step.runId} and execution = ${step.execution} and status in ('RUNNING', 'RETRYING')`.execute(
    db.unread,
  );
}

/** A try has failed and another follows. @param errorJson JSON text */
export async function noteRetry(
  db: TenantDb,
  step: StepOfAttempt & { readonly attempt: number; readonly errorJson: string; readonly nextAt: Moment },
): Promise<void> {
  await prepared`update workflow_run_steps set status = 'RETRYING', attempt = greatest(attempt, ${step.attempt}),
      live_attempt = greatest(live_attempt, ${step.attempt}), error_json = ${step.errorJson}::json, next_attempt_at = ${step.nextAt}
    where run_id = ${step.runId} and execution = ${step.execution} and status in ('RUNNING', 'RETRYING')`.execute(
    db.unread,
  );
}

/** The input of a call that was answered from another run's invocation: this run has none of its own to show it. @param inputJson JSON text */
export async function noteStepInput(db: TenantDb, step: StepOfAttempt & { readonly inputJson: string }): Promise<void> {
  await sql`update workflow_run_steps set input_json = ${step.inputJson}::json
    where run_id = ${step.runId} and execution = ${step.execution}`.execute(db.unread);
}

/** Closes what a run left open that ended without saying so. @param errorJson JSON text */
export async function closeOpenSteps(
  db: TenantDb,
  runId: string,
  ended: { readonly status: "FAILED" | "CANCELED"; readonly at: Moment; readonly errorJson: string },
): Promise<void> {
  await sql`update workflow_run_steps set status = ${ended.status}, finished_at = ${ended.at}, error_json = ${ended.errorJson}::json, next_attempt_at = null
    where run_id = ${runId} and status in ('RUNNING', 'WAITING', 'RETRYING')`.execute(db.unread);
}
