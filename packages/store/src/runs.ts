import type { Json, RestartOrigin } from "@mainspring/core";
import { sql } from "kysely";
import { preparedMark } from "./connection.ts";
import { instant, instantOrNull } from "./instants.ts";
import { searchedInputChars } from "./launch.ts";
import type { RunForOpen } from "./launch.ts";
import { readPage, withoutMicros } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { loadColumns, loadValue } from "./stored-values.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

const prepared = sql.raw(preparedMark);

/** A run as its row tells it; values are as stored, not redacted. */
export interface RunRow {
  readonly id: string;
  readonly workflowKey: string;
  readonly version: number | null;
  readonly status: string;
  readonly state: unknown;
  readonly engine: string | null;
  readonly temporalWorkflowId: string | null;
  readonly temporalRunId: string | null;
  readonly definitionHash: string | null;
  readonly programHash: string | null;
  readonly semantics: number | null;
  readonly parentRunId: string | null;
  readonly rootRunId: string | null;
  readonly replayOfRunId: string | null;
  readonly restartedFrom: string | null;
  readonly trigger: string | null;
  readonly triggerMetadata: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly nodePath: string | null;
  readonly stepCount: number;
  readonly journalSeq: number;
  readonly finalStateHash: string | null;
  readonly startedBy: string | null;
  readonly queuedReason: string | null;
  readonly cancelRequestedAt: string | null;
  readonly cancelRequestedBy: string | null;
  /** The end was verified with Temporal. */
  readonly confirmedAt: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly updatedAt: string;
}

/** A row of a list: without input and output. */
export type RunSummary = Omit<RunRow, "input" | "output">;

type Dates = "cancelRequestedAt" | "confirmedAt" | "createdAt" | "startedAt" | "completedAt" | "updatedAt";
type Raw<R> = Omit<R, Dates | "replayOfRunId"> & {
  readonly cancelRequestedAt: Date | null;
  readonly confirmedAt: Date | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly updatedAt: Date;
};

const summaryColumns = sql.raw(`id, workflow_key as "workflowKey", workflow_version as version, status, state, engine,
  temporal_workflow_id as "temporalWorkflowId", temporal_run_id as "temporalRunId", definition_hash as "definitionHash",
  program_hash as "programHash", runtime_semantics_version as semantics, parent_run_id as "parentRunId", root_run_id as "rootRunId",
  restarted_from as "restartedFrom", trigger, trigger_metadata_json as "triggerMetadata", error_json as error, node_path as "nodePath",
  step_count as "stepCount", journal_seq as "journalSeq", final_state_hash as "finalStateHash", started_by as "startedBy",
  queued_reason as "queuedReason", cancel_requested_at as "cancelRequestedAt", cancel_requested_by as "cancelRequestedBy",
  confirmed_at as "confirmedAt", created_at as "createdAt", started_at as "startedAt", completed_at as "completedAt", updated_at as "updatedAt"`);

/** @param id any text: what cannot be an id names no run */
export async function getRun(db: TenantDb, id: string): Promise<RunRow | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows } = await sql<
    Raw<RunRow>
  >`${prepared} select ${summaryColumns}, input_json as input, output_json as output from workflow_runs where id = ${id}`.execute(
    db,
  );
  return (await shown(db, rows, ["state", "triggerMetadata", "error", "input", "output"]))[0];
}

/** What the run was started with, exactly. @throws Error when there is no such run */
export async function runInput(db: TenantDb, id: string): Promise<Json> {
  const { rows } = await sql<{
    input: unknown;
  }>`select input_json as input from workflow_runs where id = ${id}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`There is no run ${id}.`);
  return loadValue(db, row.input);
}

/** What the first activity of an execution needs. */
export async function runForOpen(
  db: TenantDb,
  runId: string,
): Promise<(RunForOpen & { readonly input: Json }) | undefined> {
  const { rows } = await sql<
    Omit<RunForOpen, "startedAt" | "tenantId" | "restart"> & { startedAt: Date; restarted: unknown }
  >`${prepared}
    select workflow_key as "workflowKey", workflow_version as version, definition_hash as "definitionHash", program_hash as "programHash",
      runtime_semantics_version as semantics, input_json as input, coalesce(started_at, created_at) as "startedAt", status,
      case when trigger = 'restart' then trigger_metadata_json end as restarted
    from workflow_runs where id = ${runId}`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  const { restarted, ...found } = row;
  const trigger = restarted === null ? undefined : ((await loadValue(db, restarted)) as { origin?: RestartOrigin });
  return {
    ...found,
    tenantId: db.tenantId,
    input: await loadValue(db, row.input),
    startedAt: instant(row.startedAt),
    ...(trigger?.origin === undefined ? {} : { restart: trigger.origin }),
  };
}

export interface RunFilter {
  /** Its key. */
  readonly workflow?: string | undefined;
  readonly status?: readonly string[] | undefined;
  /** The business state, as text. */
  readonly state?: string | undefined;
  /** manual, api, event, schedule, child, replay, restart */
  readonly trigger?: string | undefined;
  /** By creation: not before `from`, before `to`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly runId?: string | undefined;
  /** Any of these. */
  readonly runIds?: readonly string[] | undefined;
  /** Children of this run. */
  readonly parentRunId?: string | undefined;
  /** A literal part, in any case, of id, workflow, business state, error, the keys of its waits, or the input without its sensitive values. */
  readonly q?: string | undefined;
}

/**
 * Runs of the tenant that meet every part of the filter, newest first.
 * @throws MainspringError CURSOR_MISMATCH
 */
export async function listRuns(db: TenantDb, filter: RunFilter, request: PageRequest): Promise<Page<RunSummary>> {
  const micros = new Map<string, string>();
  const keyOf = (row: RunSummary): [string, string] => [micros.get(row.id) ?? "", row.id];
  return readPage({ db, list: "runs", filter, request, key: ["microseconds", "uuid"], keyOf }, async (after, limit) => {
    if (isUnstorable(filter)) return [];
    const conditions = [
      ...conditionsOf(filter),
      after !== undefined &&
        sql`(created_at, id) < (timestamptz 'epoch' + ${String(after[0])}::bigint * interval '1 microsecond', ${after[1]}::uuid)`,
    ].filter((condition) => condition !== false);
    const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
    const { rows } = await sql<Raw<RunSummary> & { micros: string }>`
      select ${summaryColumns}, (extract(epoch from created_at) * 1000000)::bigint::text as micros
      from workflow_runs ${where} order by created_at desc, id desc limit ${limit}`.execute(db);
    for (const row of rows) micros.set(row.id, row.micros);
    return shown<RunSummary>(
      db,
      rows.map((row) => withoutMicros(row) as Raw<RunSummary>),
      ["state", "triggerMetadata", "error"],
    );
  });
}

/** As many are counted at most, the newest. */
const countedMax = 10_000;

/** How many runs meet every part of the filter, by status; of more than `countedMax` those of the newest. */
export async function countRuns(
  db: TenantDb,
  filter: Omit<RunFilter, "q">,
): Promise<{ readonly counts: { readonly [status: string]: number }; readonly more: boolean }> {
  if (isUnstorable(filter)) return { counts: {}, more: false };
  const conditions = conditionsOf(filter).filter((condition) => condition !== false);
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
  const { rows } = await sql<{ status: string; count: number }>`
    select status, count(*)::int as count
    from (select status from workflow_runs ${where} order by created_at desc, id desc limit ${countedMax + 1}) newest
    group by status`.execute(db);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return { counts: Object.fromEntries(rows.map(({ status, count }) => [status, count])), more: total > countedMax };
}

/** No stored text has it, and Postgres refuses to look for it. */
function isUnstorable(filter: RunFilter): boolean {
  return JSON.stringify(filter).includes("\\u0000");
}

function conditionsOf(filter: RunFilter): (ReturnType<typeof sql> | false)[] {
  return [
    filter.workflow !== undefined && sql`workflow_key = ${filter.workflow}`,
    filter.status !== undefined && filter.status.length > 0 && sql`status = any(${[...filter.status]}::text[])`,
    filter.state !== undefined && sql`state_text = left(${filter.state}, 200) and state #>> '{}' = ${filter.state}`,
    filter.trigger !== undefined && sql`trigger = ${filter.trigger}`,
    filter.from !== undefined && sql`created_at >= ${filter.from}::timestamptz`,
    filter.to !== undefined && sql`created_at < ${filter.to}::timestamptz`,
    filter.runId !== undefined && (isUuid(filter.runId) ? sql`id = ${filter.runId}::uuid` : sql`false`),
    filter.runIds !== undefined && sql`id = any(${filter.runIds.filter(isUuid)}::uuid[])`,
    filter.parentRunId !== undefined &&
      (isUuid(filter.parentRunId) ? sql`parent_run_id = ${filter.parentRunId}::uuid` : sql`false`),
    filter.q !== undefined && matches(filter.q),
  ];
}

/** Text of JSON is searched as people read it, so both as it is stored and as JSON writes what they typed. */
function matches(q: string): ReturnType<typeof sql> {
  const plain = likePattern(q);
  // The collation folds the case of every letter, whatever the database's own is.
  // Rows of an earlier engine follow no version of ours, and nothing says what of them is sensitive.
  return sql`(id::text ilike ${plain} or workflow_key ilike ${plain}
    or coalesce(search_text, case when program_hash is null then left(input_json::text, ${searchedInputChars}) end) collate "pg_c_utf8" ilike ${jsonPattern(q)}
    or state_text collate "pg_c_utf8" ilike ${plain}
    or error_json::text collate "pg_c_utf8" ilike ${jsonPattern(q)}
    or id in (select run_id from workflow_run_waits where key collate "pg_c_utf8" ilike ${plain}))`;
}

function jsonPattern(q: string): string {
  return likePattern(JSON.stringify(q).slice(1, -1));
}

/** A LIKE pattern that finds the text literally, wherever it stands. */
function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

async function shown<R extends RunSummary>(
  db: TenantDb,
  rows: readonly Raw<R>[],
  values: readonly (keyof Raw<R>)[],
): Promise<R[]> {
  const loaded = await loadColumns(db, rows, values);
  return loaded.map((row) => {
    const dates = row as Raw<RunSummary>;
    return {
      ...row,
      replayOfRunId: replayOf(dates.triggerMetadata),
      cancelRequestedAt: instantOrNull(dates.cancelRequestedAt),
      confirmedAt: instantOrNull(dates.confirmedAt),
      createdAt: instant(dates.createdAt),
      startedAt: instantOrNull(dates.startedAt),
      completedAt: instantOrNull(dates.completedAt),
      updatedAt: instant(dates.updatedAt),
    } as unknown as R;
  });
}

function replayOf(metadata: unknown): string | null {
  const id = (metadata as { replayOfRunId?: unknown } | null)?.replayOfRunId;
  return typeof id === "string" ? id : null;
}
