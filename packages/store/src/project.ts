import type { JournalEntry } from "@mainspring/core";
import { applyVerdicts, releaseReservations } from "./deliveries.ts";
import type { Fence } from "./fence.ts";
import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import { countSteps } from "./quotas.ts";
import type { PlacedEntry } from "./projection/entries.ts";
import { projectVerdict } from "./projection/events.ts";
import { projectNodePath, projectRunStatus, projectState, runHasEnded } from "./projection/run.ts";
import { projectStep } from "./projection/steps.ts";
import { projectTask } from "./projection/tasks.ts";
import type { Touched } from "./projection/touched.ts";
import { projectWait } from "./projection/waits.ts";
import { unlessRefused } from "./run-lock.ts";
import type { LockedRun } from "./run-lock.ts";
import { writeStepRows } from "./steps.ts";
import { loadValues, storeOptional, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";
import { writeTaskRows } from "./tasks.ts";
import { writeWaitRows } from "./waits.ts";

export interface RunRowChange {
  /** Left out: it stays. */
  readonly fence?: Fence;
  /** `committed`: its token may be shown again. `over`: none stands. Both begin the counting of tries anew. */
  readonly segment: "committed" | "over" | "as it is";
}

/** What is to be computed anew, and the entries that it is computed from. */
export interface TouchedEntries {
  readonly touched: Touched;
  readonly entries: readonly PlacedEntry[];
}

/**
 * Computes the touched rows anew from the journal as it stands now, so that they do not depend on the order in which entries
 * came in. In the writer's transaction, under the run's lock.
 */
export async function projectTouched(
  db: TenantDb,
  run: LockedRun,
  { touched, entries }: TouchedEntries,
  row: RunRowChange,
): Promise<void> {
  if (touched.executions.size > 0) {
    const present = [];
    const absent = [];
    for (const execution of touched.executions) {
      const own = entries.filter(({ entry }) => "execution" in entry && entry.execution === execution);
      const projected = projectStep(own, run.endedOutside);
      if (projected === undefined) absent.push(execution);
      else present.push(projected);
    }
    await writeStepRows(db, run.id, { present, absent });
  }
  // Verdicts first: an event that was taken is not given back with the wait that took it.
  if (touched.events.size > 0) {
    const verdicts = [];
    const none = [];
    for (const eventId of touched.events) {
      const verdict = projectVerdict(entries, eventId);
      if (verdict === undefined) none.push(eventId);
      else verdicts.push(verdict);
    }
    await applyVerdicts(db, run.id, { verdicts, none });
  }
  if (touched.waits.size > 0) {
    const present = [];
    const absent = [];
    for (const waitId of touched.waits) {
      const projected = projectWait(entries, waitId, run.endedOutside);
      if (projected === undefined) absent.push(waitId);
      else present.push(projected);
    }
    await writeWaitRows(db, run.id, { present, absent });
    const closed = present.filter((wait) => wait.status !== "WAITING" && wait.waitType === "event");
    await releaseReservations(db, run.id, {
      waitIds: [...absent, ...closed.map((wait) => wait.waitId)],
      exceptEvents: closed.flatMap((wait) => wait.eventId ?? []),
    });
  }
  // Of a wait that is not touched not all entries were read.
  const tasks = [...touched.waits].flatMap((waitId) => projectTask(entries, waitId, run.endedOutside) ?? []);
  // A task whose wait another try opened too, at another place of the journal, goes before the entry that told of it does.
  const told = tasks.map(({ waitId }) => waitId);
  if (tasks.length > 0 || touched.waitsReplaced)
    await writeTaskRows(db, run.id, tasks, { replaced: touched.waitsReplaced ? [...touched.waits] : told });
  await writeRunRow(db, run, touched, entries, row);
}

/** Reads the entries about the touched subjects, and the last ones about the run; ascending by seq. */
export async function readTouched(db: TenantDb, runId: string, touched: Touched): Promise<TouchedEntries> {
  const { executions, waits, events } = touched;
  if (executions.size + waits.size + events.size === 0 && !touched.status && !touched.state && !touched.steps)
    return { touched, entries: [] };
  const { rows } = await prepared<{ seq: number; epoch: number; entry: JournalEntry }>`
    select seq, epoch, entry from workflow_run_journal where run_id = ${runId} and execution = any(${[...executions]}::int[])
    union all
    select seq, epoch, entry from workflow_run_journal where run_id = ${runId} and wait_id = any(${[...waits]}::text[])
    union all
    select seq, epoch, entry from workflow_run_journal where run_id = ${runId} and event_id = any(${[...events]}::text[])
    union all
    (select seq, epoch, entry from workflow_run_journal where run_id = ${runId} and kind = 'run' and ${touched.status}::boolean order by seq desc limit 1)
    union all
    (select seq, epoch, entry from workflow_run_journal where run_id = ${runId} and kind = 'state' and ${touched.state}::boolean order by seq desc limit 1)
    union all
    (select seq, epoch, entry from workflow_run_journal where run_id = ${runId} and kind = 'step' and ${touched.steps}::boolean order by seq desc limit 1)`.execute(
    db,
  );
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const sorted = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const entries = await loadValues(
    db,
    sorted.map((row) => row.entry),
  );
  const placed = sorted.map((row, i) => ({
    seq: row.seq,
    epoch: row.epoch,
    entry: entries[i] as unknown as JournalEntry,
  }));
  return { touched, entries: placed };
}

export async function writeRunRow(
  db: TenantDb,
  run: Pick<LockedRun, "id" | "started" | "endedOutside">,
  touched: Touched,
  entries: readonly PlacedEntry[],
  { fence, segment }: RunRowChange,
): Promise<void> {
  const told = touched.status ? projectRunStatus(entries) : undefined;
  const status = told?.status ?? (run.started ? "RUNNING" : "QUEUED");
  // Confirmed stays what says the same as before: a late copy of the last write changes nothing.
  const unconfirm = touched.status && (touched.statusReplaced || !runHasEnded(status));
  const state = touched.state ? projectState(entries) : undefined;
  await prepared`
    with counted as (${countSteps(db, run.id, touched.stepDelta)})
    update workflow_runs set
      fence_epoch = coalesce(${fence?.epoch ?? null}::int, fence_epoch), fence_ordinal = coalesce(${fence?.ordinal ?? null}::int, fence_ordinal),
      fence_history_length = coalesce(${fence?.historyLength ?? null}::int, fence_history_length),
      journal_seq = case when ${touched.deleted}::boolean
        then coalesce((select max(seq) from workflow_run_journal where run_id = ${run.id}), 0) else greatest(journal_seq, ${touched.lastSeq}) end,
      step_count = step_count + ${touched.stepDelta},
      node_path = case when ${touched.steps}::boolean then ${projectNodePath(entries)} else node_path end,
      state = case when ${touched.state}::boolean then ${await storeOptional(db, state)}::json else state end,
      status = case when ${touched.status && run.endedOutside === undefined}::boolean then ${status} else status end,
      output_json = case when ${touched.status}::boolean then ${await storeOptional(db, told?.output)}::json else output_json end,
      error_json = case when ${touched.status && run.endedOutside === undefined}::boolean
        then ${told?.error === undefined ? null : await storeValue(db, told.error)}::json else error_json end,
      completed_at = case when ${touched.status && run.endedOutside === undefined}::boolean
        then ${told?.completedAt ?? null}::timestamptz else completed_at end,
      final_state_hash = case when ${touched.status}::boolean then ${told?.finalStateHash ?? null} else final_state_hash end,
      confirmed_at = case when ${unconfirm && run.endedOutside === undefined}::boolean then null else confirmed_at end,
      segment_token = case when ${segment === "over"}::boolean then null else segment_token end,
      segment_tries = case when ${segment !== "as it is"}::boolean then 0 else segment_tries end,
      updated_at = now()
    where id = ${run.id} and ${unlessRefused}
    returning pg_notify(${channels.journal}, ${`${db.tenantId}:${run.id}`})`.execute(db.unread);
}
