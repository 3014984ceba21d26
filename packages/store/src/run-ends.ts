import { sql } from "kysely";
import { preparedMark } from "./connection.ts";
import { releaseReservations, releaseUnanswered } from "./deliveries.ts";
import { instant } from "./instants.ts";
import type { Moment } from "./instants.ts";
import { dropUncompleted } from "./journal.ts";
import type { LastTask } from "./journal.ts";
import { channels } from "./listen.ts";
import { projectTouched, readTouched } from "./project.ts";
import { touchedBy } from "./projection/touched.ts";
import type { JournalChange } from "./projection/touched.ts";
import { lockRun } from "./run-lock.ts";
import type { LockedRun } from "./run-lock.ts";
import { closeOpenSteps } from "./steps.ts";
import type { TenantDb } from "./store.ts";
import { closeOpenTasks } from "./tasks.ts";
import { closeOpenWaits } from "./waits.ts";

const prepared = sql.raw(preparedMark);

/**
 * Temporal was asked, and the execution has ended as the row says. A row that is open, or confirmed, stays as it is.
 * @param end.cutOff it was ended from outside after its own last word, and so may not have looked at all that it was sent
 */
export async function confirmEnd(
  db: TenantDb,
  runId: string,
  at: Moment,
  end: { readonly cutOff?: true } = {},
): Promise<void> {
  if (end.cutOff === true) {
    await lockRun(db, runId);
    await releaseUnanswered(db, runId);
  }
  await sql`${prepared} update workflow_runs set confirmed_at = ${at}, updated_at = now()
    where id = ${runId} and confirmed_at is null and status in ('SUCCEEDED', 'FAILED', 'CANCELED')
    returning pg_notify(${channels.journal}, ${`${db.tenantId}:${runId}`})`.execute(db);
}

/**
 * The execution has ended and the run could not say so itself: terminated, timed out, or reset away. The row ends, what was open is
 * closed, and stragglers of the same epoch do not open it again. A row whose end was confirmed stays as it is.
 * @param end.error with code ENDED_OUTSIDE
 * @param end.lastTask what was flushed by a later one never came to be; left out: all that was flushed stands
 */
export async function endedOutside(
  db: TenantDb,
  runId: string,
  end: {
    readonly status: "FAILED" | "CANCELED";
    readonly error: unknown;
    readonly at: Moment;
    readonly lastTask?: LastTask;
  },
): Promise<void> {
  const run = await lockRun(db, runId);
  if (run === undefined) return;
  if (end.lastTask !== undefined) await dropUncompleted(db, run, end.lastTask);
  const errorJson = JSON.stringify(end.error);
  const at = typeof end.at === "string" ? end.at : instant(end.at);
  const { rows } = await sql`
    update workflow_runs set status = ${end.status}, error_json = ${errorJson}::json, output_json = null, completed_at = ${at}, confirmed_at = now(),
      ended_outside = ${JSON.stringify({ status: end.status, at, error: end.error })}::json, ended_outside_epoch = fence_epoch,
      queued_reason = null, updated_at = now()
    where id = ${runId} and confirmed_at is null
    returning pg_notify(${channels.journal}, ${`${db.tenantId}:${runId}`})`.execute(db);
  if (rows.length === 0) return;
  await closeOpenSteps(db, runId, { status: end.status, at, errorJson });
  await closeOpenTasks(db, runId, at);
  const waitIds = await closeOpenWaits(db, runId, at);
  await releaseReservations(db, runId, { waitIds, exceptEvents: [] });
  await releaseUnanswered(db, runId);
}

/** A reset makes void whatever end was known: until the run's next write its row follows the entries that stand. */
export async function reopenRun(db: TenantDb, run: LockedRun): Promise<void> {
  await sql`update workflow_runs set ended_outside = null, ended_outside_epoch = null, confirmed_at = null, segment_token = null, segment_tries = 0,
    updated_at = now() where id = ${run.id}`.execute(db);
  const reopened = await lockRun(db, run.id);
  if (reopened === undefined) return;
  if (run.endedOutside !== undefined)
    await projectTouched(db, reopened, await readTouched(db, run.id, touchedBy(await wholeJournal(db, run.id))), {
      fence: reopened.fence,
      segment: "over",
    });
  // Ended by its own word, which the reset takes back: the entries that say so go with the next flush.
  await sql`update workflow_runs set status = 'RUNNING', output_json = null, error_json = null, completed_at = null, final_state_hash = null
    where id = ${run.id} and status in ('SUCCEEDED', 'FAILED', 'CANCELED')`.execute(db);
}

/** Every entry, as if it had been overwritten by itself. */
async function wholeJournal(db: TenantDb, runId: string): Promise<JournalChange[]> {
  const { rows } = await sql<JournalChange>`
    select seq, kind as "oldKind", execution as "oldExecution", wait_id as "oldWaitId", event_id as "oldEventId",
      kind as "newKind", execution as "newExecution", wait_id as "newWaitId", event_id as "newEventId", false as replaced
    from workflow_run_journal where run_id = ${runId}`.execute(db);
  return rows;
}
