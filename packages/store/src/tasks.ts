import { sql } from "kysely";
import { instant, instantOrNull } from "./instants.ts";
import { readPage, withoutMicros } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { TaskProjection } from "./projection/tasks.ts";
import { loadColumns, storeOptional } from "./stored-values.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

export type TaskStatus = "OPEN" | "CLAIMED" | "COMPLETED" | "CANCELED" | "EXPIRED";

/** What the API shows of a task. */
export interface TaskRow {
  readonly id: string;
  readonly runId: string;
  /** Its key. */
  readonly workflow: string;
  readonly waitId: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly title: string;
  readonly description: string | null;
  readonly context: unknown;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly formName: string | null;
  /** The schema that the answer is held to. */
  readonly form: unknown;
  readonly dueAt: string | null;
  readonly timeoutAt: string | null;
  readonly status: TaskStatus;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly answer: unknown;
  readonly answeredBy: string | null;
  readonly overridden: boolean;
  readonly submissionId: string | null;
  readonly remindersSent: number;
  readonly remindersMax: number | null;
  readonly lastReminderAt: string | null;
  readonly claimedBy: string | null;
  readonly claimedAt: string | null;
  /** Rises with each claim and release. */
  readonly version: number;
}

const columns =
  sql.raw(`t.id, t.run_id as "runId", r.workflow_key as workflow, t.wait_id as "waitId", t.step_id as "stepId",
  t.step_path as "stepPath", t.iteration, t.title, t.description, t.context, t.assign_users as users, t.assign_groups as groups,
  t.form_name as "formName", t.form, t.due_at as "dueAt", t.timeout_at as "timeoutAt", t.status, t.opened_at as "openedAt",
  t.closed_at as "closedAt", t.answer, t.answered_by as "answeredBy", t.overridden, t.submission_id as "submissionId",
  t.reminders_sent as "remindersSent", t.reminders_max as "remindersMax", t.last_reminder_at as "lastReminderAt",
  t.claimed_by as "claimedBy", t.claimed_at as "claimedAt", t.version`);
const tables = sql.raw("workflow_tasks t join workflow_runs r on r.tenant_id = t.tenant_id and r.id = t.run_id");

type Dates = "dueAt" | "timeoutAt" | "openedAt" | "closedAt" | "lastReminderAt" | "claimedAt";
type Raw = Omit<TaskRow, Dates> & { readonly [D in Dates]: Date | null } & { readonly openedAt: Date };

export interface TaskFilter {
  readonly status?: readonly TaskStatus[] | undefined;
  /** A name that the task is assigned to, as a user or a group, or that has claimed it; any of several. */
  readonly assignees?: readonly string[] | undefined;
  readonly runId?: string | undefined;
  /** Its key. */
  readonly workflow?: string | undefined;
  /** Due before this time. */
  readonly dueBefore?: string | undefined;
}

// The digits that stand for "never due" in a cursor: behind every time.
const neverMicros = "9".repeat(18);

/** Tasks that people can see, those due first before the others. @throws MainspringError CURSOR_MISMATCH */
export async function listTasks(db: TenantDb, filter: TaskFilter, request: PageRequest): Promise<Page<TaskRow>> {
  const micros = new Map<string, string>();
  const keyOf = (row: TaskRow): [string, string] => [micros.get(row.id) ?? "", row.id];
  return readPage(
    { db, list: "tasks", filter, request, key: ["microseconds", "uuid"], keyOf },
    async (after, limit) => {
      // No stored text has it, and Postgres refuses to look for it.
      if (JSON.stringify(filter).includes("\\u0000")) return [];
      const { status, assignees, runId, workflow, dueBefore } = filter;
      const names = sql`${[...(assignees ?? [])]}::text[]`;
      const conditions = [
        sql`t.form is not null`,
        status !== undefined && status.length > 0 && sql`t.status = any(${[...status]}::text[])`,
        // The index of open tasks is for those of this state.
        status?.every((one) => one === "OPEN" || one === "CLAIMED") === true &&
          status.length > 0 &&
          sql`t.state = 'OPEN'`,
        assignees !== undefined &&
          sql`(t.assign_users && ${names} or t.assign_groups && ${names} or t.claimed_by = any(${names}))`,
        runId !== undefined && sql`t.run_id = ${runId}::uuid`,
        workflow !== undefined && sql`r.workflow_key = ${workflow}`,
        dueBefore !== undefined && sql`t.due_at < ${dueBefore}::timestamptz`,
        after !== undefined &&
          sql`(coalesce(t.due_at, 'infinity'), t.id) > (${
            after[0] === neverMicros
              ? sql`'infinity'::timestamptz`
              : sql`timestamptz 'epoch' + ${String(after[0])}::bigint * interval '1 microsecond'`
          }, ${after[1]}::uuid)`,
      ].filter((condition) => condition !== false);
      const { rows } = await sql<Raw & { micros: string }>`
      select ${columns}, coalesce((extract(epoch from t.due_at) * 1000000)::bigint::text, ${neverMicros}::text) as micros
      from ${tables} where ${sql.join(conditions, sql` and `)}
      order by coalesce(t.due_at, 'infinity'), t.id limit ${limit}`.execute(db);
      for (const row of rows) micros.set(row.id, row.micros);
      return shown(
        db,
        rows.map((row) => withoutMicros(row)),
      );
    },
  );
}

/** @param id any text: what cannot be an id names no task */
export async function getTask(db: TenantDb, id: string): Promise<TaskRow | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows } = await sql<Raw>`select ${columns} from ${tables} where t.id = ${id} and t.form is not null`.execute(
    db,
  );
  return (await shown(db, rows))[0];
}

/** All tasks of a run, those too whose form is still being looked up, in the order of their steps. */
export async function tasksOf(db: TenantDb, runId: string): Promise<TaskRow[]> {
  const { rows } =
    await sql<Raw>`select ${columns} from ${tables} where t.run_id = ${runId} order by t.execution, t.wait_id`.execute(
      db,
    );
  return shown(db, rows);
}

/** Gives an open task that nobody has to somebody. @returns whether it is theirs now; claiming one's own again changes nothing */
export async function claimTask(db: TenantDb, claim: { readonly id: string; readonly by: string }): Promise<boolean> {
  const { rows } = await sql`
    update workflow_tasks set claimed_by = ${claim.by}, claimed_at = case when claimed_by is null then now() else claimed_at end,
      version = version + case when claimed_by is null then 1 else 0 end
    where id = ${claim.id} and state = 'OPEN' and coalesce(claimed_by, ${claim.by}) = ${claim.by} returning id`.execute(
    db,
  );
  return rows.length > 0;
}

/** Takes an open task from who has it. @param release.from left out: whoever has it @returns whether nobody has it now */
export async function releaseTask(
  db: TenantDb,
  release: { readonly id: string; readonly from?: string },
): Promise<boolean> {
  const { rows } = await sql`
    update workflow_tasks set claimed_by = null, claimed_at = null, version = version + case when claimed_by is null then 0 else 1 end
    where id = ${release.id} and state = 'OPEN' and (claimed_by is null or claimed_by = coalesce(${release.from ?? null}, claimed_by)) returning id`.execute(
    db,
  );
  return rows.length > 0;
}

/** Writes computed rows; who has claimed a task stays. @param replaced waits that were other tasks before, or are none */
export async function writeTaskRows(
  db: TenantDb,
  runId: string,
  tasks: readonly TaskProjection[],
  { replaced }: { readonly replaced: readonly string[] },
): Promise<void> {
  if (replaced.length > 0) {
    await prepared`delete from workflow_tasks where run_id = ${runId} and wait_id = any(${[...replaced]}::text[])
      and not id = any(${tasks.map(({ id }) => id)}::uuid[])`.execute(db.unread);
  }
  if (tasks.length === 0) return;
  const texts = [];
  for (const { context, form, ...task } of tasks) {
    texts.push({ ...task, contextJson: await storeOptional(db, context), formJson: await storeOptional(db, form) });
  }
  await prepared`
    insert into workflow_tasks as t (tenant_id, id, run_id, wait_id, execution, step_id, step_path, iteration, title, description, context,
      assign_users, assign_groups, form_name, form, due_at, timeout_at, state, opened_at, closed_at, answer, answered_by, overridden,
      submission_id, reminders_sent, reminders_max, last_reminder_at)
    select ${db.tenantId}::uuid, r.id, ${runId}::uuid, r."waitId", r.execution, r."stepId", r."stepPath", r.iteration, r.title, r.description,
      r."contextJson"::json, r.users, r.groups, r."formName", r."formJson"::json, r."dueAt", r."timeoutAt", r.state, r."openedAt", r."closedAt",
      r."answerJson"::json, r."answeredBy", r.overridden, r."submissionId", r."remindersSent", r."remindersMax", r."lastReminderAt"
    from json_to_recordset(${JSON.stringify(texts)}::json) as r(id uuid, "waitId" text, execution int, "stepId" text, "stepPath" text,
      iteration int[], title text, description text, "contextJson" text, users text[], groups text[], "formName" text, "formJson" text,
      "dueAt" timestamptz, "timeoutAt" timestamptz, state text, "openedAt" timestamptz, "closedAt" timestamptz, "answerJson" text,
      "answeredBy" text, overridden boolean, "submissionId" text, "remindersSent" int, "remindersMax" int, "lastReminderAt" timestamptz)
    on conflict (tenant_id, id) do update set
      wait_id = excluded.wait_id, execution = excluded.execution, step_id = excluded.step_id, step_path = excluded.step_path,
      iteration = excluded.iteration, title = excluded.title, description = excluded.description, context = excluded.context,
      assign_users = excluded.assign_users, assign_groups = excluded.assign_groups, form_name = excluded.form_name, form = excluded.form,
      due_at = excluded.due_at, timeout_at = excluded.timeout_at, state = excluded.state, opened_at = excluded.opened_at,
      closed_at = excluded.closed_at, answer = excluded.answer, answered_by = excluded.answered_by, overridden = excluded.overridden,
      submission_id = excluded.submission_id, reminders_sent = excluded.reminders_sent, reminders_max = excluded.reminders_max,
      last_reminder_at = excluded.last_reminder_at
    where t.run_id = excluded.run_id`.execute(db.unread);
}

/** Closes what a run left open that ended without saying so. */
export async function closeOpenTasks(db: TenantDb, runId: string, at: string): Promise<void> {
  await sql`update workflow_tasks set state = 'CANCELED', closed_at = ${at} where run_id = ${runId} and state = 'OPEN'`.execute(
    db,
  );
}

async function shown(db: TenantDb, rows: readonly Raw[]): Promise<TaskRow[]> {
  const loaded = await loadColumns(db, rows, ["context", "form", "answer"]);
  return loaded.map((row) => ({
    ...row,
    dueAt: instantOrNull(row.dueAt),
    timeoutAt: instantOrNull(row.timeoutAt),
    openedAt: instant(row.openedAt),
    closedAt: instantOrNull(row.closedAt),
    lastReminderAt: instantOrNull(row.lastReminderAt),
    claimedAt: instantOrNull(row.claimedAt),
  }));
}
