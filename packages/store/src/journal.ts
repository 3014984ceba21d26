import type { JournalEntry } from "@mainspring/core";
import { compareFences } from "./fence.ts";
import type { Fence } from "./fence.ts";
import { dropNoneInvocations, insertNoneInvocations } from "./none-invocations.ts";
import type { NoneInvocation } from "./none-invocations.ts";
import { prepared } from "./prepared.ts";
import { isWithin, touchedBy } from "./projection/touched.ts";
import type { JournalChange, Touched } from "./projection/touched.ts";
import { projectTouched, readTouched, writeRunRow } from "./project.ts";
import type { TouchedEntries } from "./project.ts";
import { ofKind } from "./projection/entries.ts";
import { runHasEnded } from "./projection/run.ts";
import type { PlacedEntry } from "./projection/entries.ts";
import { projectStep, stepIsOpen } from "./projection/steps.ts";
import { anyWriterOf, lockRun, lockToAppend, mayWrite, unlessRefused } from "./run-lock.ts";
import type { LockedRun, RunWriter } from "./run-lock.ts";
import { writeStepRows } from "./steps.ts";
import type { StepChange } from "./steps.ts";
import { loadValues, storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

export interface ProvisionalWrite {
  readonly runId: string;
  readonly fence: Fence;
  /** The run's next seq after `entries`: what stands from here on was written by a try that failed. */
  readonly nextSeq: number;
  readonly entries: readonly JournalEntry[];
  /** A segment's: written only while its token stands. */
  readonly segmentToken?: string;
  /** Effect-free calls whose outcome is among `entries`. */
  readonly invocations?: readonly NoneInvocation[];
}

export interface CarriedWrite {
  readonly runId: string;
  readonly fence: Fence;
  readonly entries: readonly JournalEntry[];
  /** As of a provisional write. Left out: what stands behind `entries` stays. */
  readonly nextSeq?: number;
  /** As of a provisional write. */
  readonly invocations?: readonly NoneInvocation[];
}

/**
 * Writes what a local activity flushes, and the rows computed from it. Its workflow task may yet fail, run again with more history
 * and say something else for the same seq: until then the entries are provisional.
 * @returns `fenced` when a newer write has landed, the segment's token no longer stands, or the execution was ended from outside: nothing was
 * written then
 */
export async function writeProvisional(db: TenantDb, write: ProvisionalWrite): Promise<"written" | "fenced"> {
  const rows = await entryRows(db, write.entries);
  const writer: RunWriter = { ...write, provisional: true };
  // One round trip, in this order: what stands behind the lock sees what the lock has waited for.
  const [run, deleted, written, expected] = await Promise.all([
    lockRun(db, write.runId, writer),
    deleteSuperseded(db, write, writer, "all"),
    upsertEntries(db, { ...write, provisional: true, rows }, writer),
    readTouched(db, write.runId, touchedBy(rows.map(asNew))),
  ]);
  if (run === undefined || !run.allowed) return "fenced";
  const changes = [...deleted, ...written];

  const invocations = await standing(
    db,
    write,
    rows,
    written.map(({ seq }) => seq),
  );
  await dropNoneInvocations(db, { runId: run.id, seqs: replacedSeqs(changes), except: invocations });
  await insertNoneInvocations(db, { runId: run.id, epoch: write.fence.epoch, provisional: true, invocations });
  // A segment's commit may be sent again, so its token stands until a newer write; a late copy of an older flush must not void it.
  const segment =
    write.segmentToken !== undefined ? "committed" : compareFences(write.fence, run.fence) > 0 ? "over" : "as it is";
  const touched = await withEntries(db, run.id, touchedBy(changes), expected);
  await projectTouched(db, run, touched, { fence: write.fence, segment });
  return "written";
}

/**
 * Writes the entries that an action call carries, or a flush that is an activity of its own, and the rows computed from them. Such entries
 * are committed facts: parallel calls land in any order, so entry by entry only what a newer fence wrote stays in place of them. Nothing is
 * written of an epoch before the run's.
 */
export async function writeCarried(db: TenantDb, write: CarriedWrite): Promise<void> {
  const writer = anyWriterOf(write.fence.epoch);
  const rows = await entryRows(db, write.entries);
  // One round trip, in this order: what stands behind the lock sees what the lock has waited for.
  const [run, deleted, written, expected] = await Promise.all([
    lockRun(db, write.runId, writer),
    write.nextSeq === undefined
      ? []
      : deleteSuperseded(
          db,
          { ...write, nextSeq: write.nextSeq },
          writer,
          endsTheRun(write) ? "all" : "at earlier places",
        ),
    upsertEntries(db, { ...write, provisional: false, rows }, writer),
    readTouched(db, write.runId, touchedBy(rows.map(asNew))),
  ]);
  if (run === undefined || !run.allowed) return;
  const changes = [...deleted, ...written];
  // The workflow task that commanded a call was completed, so a segment that was tried in it, or before it, is over. A flush of its own
  // is begun while the task that commanded it goes on, and a segment may be under way in that.
  const newer = compareFences(write.fence, run.fence);
  const over = write.nextSeq === undefined ? newer >= 0 : newer > 0;
  const segment = run.segmentTries > 0 && over ? "over" : "as it is";
  if (changes.length === 0 && segment === "as it is") return;
  const invocations = await standing(
    db,
    write,
    rows,
    written.map(({ seq }) => seq),
  );
  await dropNoneInvocations(db, { runId: run.id, seqs: replacedSeqs(changes), except: invocations });
  await insertNoneInvocations(db, { runId: run.id, epoch: write.fence.epoch, provisional: false, invocations });
  const touched = await withEntries(db, run.id, touchedBy(changes), expected);
  await projectTouched(db, run, touched, { fence: run.fence, segment });
}

/** The last workflow task that Temporal has of an execution. */
export interface LastTask {
  readonly temporalRunId: string;
  /** As it was when that task began; 0: none was completed. */
  readonly historyLength: number;
}

/**
 * Takes back what was flushed by a workflow task that never was completed, and never will be: history does not know of it. Its rows follow.
 * @param run locked
 */
export async function dropUncompleted(db: TenantDb, run: LockedRun, last: LastTask): Promise<void> {
  const { rows: changes } = await prepared<JournalChange>`
    delete from workflow_run_journal j using workflow_run_executions x
    where j.run_id = ${run.id} and j.provisional and x.tenant_id = j.tenant_id and x.run_id = j.run_id
      and x.temporal_run_id = ${last.temporalRunId} and (x.epoch, x.ordinal) = (j.epoch, j.ordinal) and j.history_length > ${last.historyLength}
    returning j.seq, j.kind as "oldKind", j.execution as "oldExecution", j.wait_id as "oldWaitId", j.event_id as "oldEventId",
      null as "newKind", null::int as "newExecution", null as "newWaitId", null as "newEventId", true as replaced`.execute(
    db,
  );
  if (changes.length === 0) return;
  await dropNoneInvocations(db, { runId: run.id, seqs: replacedSeqs(changes), except: [] });
  await projectTouched(db, run, await readTouched(db, run.id, touchedBy(changes)), { segment: "over" });
}

/** What `appendCarried` writes. */
export interface Appendable {
  readonly touched: Touched;
  readonly placed: readonly PlacedEntry[];
  readonly steps: readonly StepChange[];
}

/** Undefined where the entries do more than begin steps, and close such as may have a row: who asks before sends nothing in vain. */
export function appendable({ fence, entries }: CarriedWrite): Appendable | undefined {
  const touched = touchedBy(entries.map((entry) => asNew({ seq: entry.seq, kind: entry.kind, ...subjectsOf(entry) })));
  if (touched.waits.size + touched.events.size > 0 || touched.status) return undefined;
  const placed = entries.map((entry) => ({ seq: entry.seq, epoch: fence.epoch, entry }));
  const steps = stepsOfAppended(placed, touched);
  return steps === undefined ? undefined : { touched, placed, steps };
}

/**
 * Does what `writeCarried` does, in one round trip and without reading the journal, where that is possible: where the entries are
 * `appendable`, stand behind all others, and close only steps that have a row. What the rows say then follows from the entries and from the
 * rows as they are.
 * @returns false when it is not so: nothing was written, and `writeCarried` writes it
 */
export async function appendCarried(
  db: TenantDb,
  write: CarriedWrite,
  found: Appendable | undefined = appendable(write),
): Promise<boolean> {
  if (found === undefined) return false;
  const { runId, fence, entries } = write;
  const { touched, placed, steps } = found;
  const rows = await entryRows(db, entries);
  const { epoch } = fence;
  const closes = steps.filter(({ continues }) => continues);
  const firstSeq = entries.reduce((first, { seq }) => Math.min(first, seq), Number.POSITIVE_INFINITY);
  const [appends] = await Promise.all([
    lockToAppend(db, { runId, epoch, firstSeq, closes }),
    upsertEntries(db, { runId, fence, provisional: false, rows }, anyWriterOf(epoch)),
    writeStepRows(db, runId, { present: steps, absent: [] }),
    writeRunRow(db, { id: runId, started: true, endedOutside: undefined }, touched, placed, { segment: "as it is" }),
  ]);
  return appends;
}

/** Nothing comes after it but a reset. */
function endsTheRun({ entries }: CarriedWrite): boolean {
  return entries.some((entry) => entry.kind === "run" && runHasEnded(entry.status));
}

/** The rows of the steps that the entries begin, or close; undefined when they do something else. */
function stepsOfAppended(entries: readonly PlacedEntry[], touched: Touched): StepChange[] | undefined {
  const steps: StepChange[] = [];
  for (const execution of touched.executions) {
    const own = ofKind(entries, "step").filter(({ entry }) => entry.execution === execution);
    const row = projectStep(own);
    const last = own.at(-1)?.entry;
    if (row === undefined || last === undefined) return undefined;
    if (own.some(({ seq }) => seq === execution)) steps.push(row);
    // Which attempt it was only the whole journal may tell.
    else if (stepIsOpen(last.status) || last.data?.attempt === undefined) return undefined;
    else steps.push({ ...row, continues: true });
  }
  return steps;
}

/** Entries in the order of seq, those after `afterSeq` where given. */
export async function journalOf(
  db: TenantDb,
  runId: string,
  options: { readonly afterSeq?: number; readonly limit?: number } = {},
): Promise<JournalEntry[]> {
  const { rows } = await prepared<{ entry: unknown }>`select entry from workflow_run_journal
    where run_id = ${runId} and seq > ${options.afterSeq ?? 0} order by seq limit ${options.limit ?? null}`.execute(db);
  return (await loadValues(
    db,
    rows.map((row) => row.entry),
  )) as unknown as JournalEntry[];
}

/** Read again only where the write has touched more than its own entries are about: it overwrote or deleted others. */
async function withEntries(
  db: TenantDb,
  runId: string,
  touched: Touched,
  expected: TouchedEntries,
): Promise<TouchedEntries> {
  return isWithin(touched, expected.touched) ? { touched, entries: expected.entries } : readTouched(db, runId, touched);
}

/** What an entry is about, and found by. */
interface Subjects {
  readonly execution: number | null;
  readonly waitId: string | null;
  readonly eventId: string | null;
}

/** An entry as it is written. */
interface EntryRow extends Subjects {
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly text: string;
}

async function entryRows(db: TenantDb, entries: readonly JournalEntry[]): Promise<EntryRow[]> {
  const rows: EntryRow[] = [];
  for (const entry of entries) {
    const { seq, kind, at } = entry;
    rows.push({ seq, kind, at, ...subjectsOf(entry), text: await storeValue(db, entry) });
  }
  return rows;
}

function subjectsOf(entry: JournalEntry): Subjects {
  return {
    execution: "execution" in entry ? entry.execution : null,
    waitId: entry.kind === "wait" || entry.kind === "reminder" ? entry.waitId : null,
    eventId: entry.kind === "event" ? entry.eventId : null,
  };
}

function asNew({ seq, kind, execution, waitId, eventId }: Omit<EntryRow, "at" | "text">): JournalChange {
  const old = { oldKind: null, oldExecution: null, oldWaitId: null, oldEventId: null };
  return {
    seq,
    ...old,
    newKind: kind,
    newExecution: execution,
    newWaitId: waitId,
    newEventId: eventId,
    replaced: false,
  };
}

interface EntriesWrite {
  readonly runId: string;
  readonly fence: Fence;
  readonly provisional: boolean;
  readonly rows: readonly EntryRow[];
}

async function upsertEntries(
  db: TenantDb,
  { runId, fence, provisional, rows: written }: EntriesWrite,
  writer: RunWriter,
): Promise<JournalChange[]> {
  if (written.length === 0) return [];
  const texts = written.map(({ text, ...row }) => `${JSON.stringify(row).slice(0, -1)},"entry":${text}}`);
  // Of one workflow task's tries under one fence the later one has the later clock; a late copy of an earlier try changes nothing.
  const { rows } = await prepared<JournalChange>`
    insert into workflow_run_journal as j (tenant_id, run_id, seq, epoch, ordinal, history_length, provisional, kind, execution, wait_id, event_id, at, entry)
    select ${db.tenantId}::uuid, ${runId}::uuid, r.seq, ${fence.epoch}::int, ${fence.ordinal}::int, ${fence.historyLength}::int,
      ${provisional}::boolean, r.kind, r.execution, r."waitId", r."eventId", r.at, r.entry
    from json_to_recordset(${`[${texts.join(",")}]`}::json)
      as r(seq int, kind text, execution int, "waitId" text, "eventId" text, at timestamptz, entry json)
    where exists (select from workflow_runs run where run.id = ${runId} and ${mayWrite(writer)}) and ${unlessRefused}
    on conflict (tenant_id, run_id, seq) do update set
      epoch = excluded.epoch, ordinal = excluded.ordinal, history_length = excluded.history_length, provisional = excluded.provisional,
      kind = excluded.kind, execution = excluded.execution, wait_id = excluded.wait_id, event_id = excluded.event_id,
      at = excluded.at, entry = excluded.entry
    where (j.epoch, j.ordinal, j.history_length) <= (excluded.epoch, excluded.ordinal, excluded.history_length)
      and not (excluded.provisional and not j.provisional and j.epoch = excluded.epoch)
      and not (excluded.provisional and j.provisional and j.at > excluded.at
        and (j.epoch, j.ordinal, j.history_length) = (excluded.epoch, excluded.ordinal, excluded.history_length))
    returning new.seq as seq,
      old.kind as "oldKind", old.execution as "oldExecution", old.wait_id as "oldWaitId", old.event_id as "oldEventId",
      new.kind as "newKind", new.execution as "newExecution", new.wait_id as "newWaitId", new.event_id as "newEventId",
      old.seq is not null and old.entry::text is distinct from new.entry::text as replaced`.execute(db);
  return rows;
}

/**
 * Under one fence only what is earlier by the entries' clock goes. A workflow task that runs again may have the fence of the try
 * before it, and a later clock; and a late copy of a flush must not take away what the same try, or the next, has written behind it.
 * @param which what an earlier epoch wrote at a later place of the history may stand: a reset sends again what was in flight at its point
 */
async function deleteSuperseded(
  db: TenantDb,
  { runId, nextSeq, entries, fence }: Pick<ProvisionalWrite, "runId" | "nextSeq" | "entries" | "fence">,
  writer: RunWriter,
  which: "all" | "at earlier places",
): Promise<JournalChange[]> {
  const lastAt = entries.reduce<string | null>((last, { at }) => (last === null || at > last ? at : last), null);
  const { rows } = await prepared<JournalChange>`
    delete from workflow_run_journal where run_id = ${runId} and seq >= ${nextSeq}
      and exists (select from workflow_runs run where run.id = ${runId} and ${mayWrite(writer)})
      and (provisional or epoch < ${fence.epoch})
      and (((epoch, ordinal, history_length) < (${fence.epoch}::int, ${fence.ordinal}::int, ${fence.historyLength}::int)
          and (${which === "all"}::boolean or (ordinal, history_length) < (${fence.ordinal}::int, ${fence.historyLength}::int)))
        or (at < ${lastAt}::timestamptz and (epoch, ordinal, history_length) = (${fence.epoch}::int, ${fence.ordinal}::int, ${fence.historyLength}::int)))
    returning seq, kind as "oldKind", execution as "oldExecution", wait_id as "oldWaitId", event_id as "oldEventId",
      null as "newKind", null::int as "newExecution", null as "newWaitId", null as "newEventId", true as replaced`.execute(
    db,
  );
  return rows;
}

/** Where something else stands now, or nothing: what was written with the old entries goes with them. */
function replacedSeqs(changes: readonly JournalChange[]): number[] {
  return changes.filter((change) => change.replaced).map((change) => change.seq);
}

/**
 * The calls whose entries stand. A late copy of a segment's commit may find its token still there and its entries overwritten by the next
 * try under the same fence: what it called stands and falls with them.
 */
async function standing(
  db: TenantDb,
  write: Pick<ProvisionalWrite, "runId" | "entries" | "invocations">,
  rows: readonly EntryRow[],
  written: readonly number[],
): Promise<(NoneInvocation & { readonly seq: number })[]> {
  const invocations = (write.invocations ?? []).map((invocation) => ({
    ...invocation,
    seq: entryOf(invocation, write.entries),
  }));
  const landed = new Set(written);
  const doubtful = rows.filter(({ seq }) => !landed.has(seq) && invocations.some((call) => call.seq === seq));
  if (doubtful.length === 0) return invocations;
  // Not written over what an action call carried: it may say the same.
  const { rows: found } = await prepared<{ seq: number; text: string }>`
    select seq, entry::text as text from workflow_run_journal
    where run_id = ${write.runId} and seq = any(${doubtful.map(({ seq }) => seq)}::int[])`.execute(db);
  const texts = new Map(found.map(({ seq, text }) => [seq, text]));
  const gone = new Set(doubtful.filter(({ seq, text }) => texts.get(seq) !== text).map(({ seq }) => seq));
  return invocations.filter(({ seq }) => !gone.has(seq));
}

/** The entry that an invocation stands and falls with: the last one about its step execution, else the one that began it. */
function entryOf(invocation: NoneInvocation, entries: readonly JournalEntry[]): number {
  const last = entries.findLast((entry) => "execution" in entry && entry.execution === invocation.place.execution);
  return last?.seq ?? invocation.place.execution;
}
