import type { JournalEntry, Json } from "@mainspring/core";
import { canonicalJson } from "@mainspring/core";
import { sql } from "kysely";
import { writeCarried } from "./journal.ts";
import { projectTouched, readTouched } from "./project.ts";
import { runHasEnded } from "./projection/run.ts";
import { touchedBy } from "./projection/touched.ts";
import type { JournalChange } from "./projection/touched.ts";
import { lockRun } from "./run-lock.ts";
import type { Store, TenantDb } from "./store.ts";

export type RebuiltTable = "run" | "step" | "wait" | "task" | "journal";

/** A row that is not what history says. */
export interface RebuildDifference {
  readonly table: RebuiltTable;
  /** Of the row in its run: execution, wait, task or seq. */
  readonly key: string;
  readonly kind: "missing" | "extra" | "differs";
  readonly history: Json;
  readonly stored: Json;
}

export interface Rebuild {
  readonly tenantId: string;
  readonly runId: string;
  /** The journal as history gives it. */
  readonly entries: readonly JournalEntry[];
  /** Compare only. */
  readonly dryRun: boolean;
  /** Writes the run's row where there is none. */
  readonly insertRun: (db: TenantDb) => Promise<void>;
}

/**
 * Brings a run's rows to what its journal by history says, and tells what they were instead. The rows are computed by what writes them in
 * any case; they are compared as they were before with what they are then, so nothing that is stored is left out.
 * @returns undefined when there is no such run
 */
export async function rebuildRows(store: Store, rebuild: Rebuild): Promise<RebuildDifference[] | undefined> {
  let found: RebuildDifference[] | undefined;
  try {
    await store.tenant(rebuild.tenantId, async (db) => {
      found = await restore(db, rebuild);
      if (rebuild.dryRun) throw new OnlyCompared();
    });
  } catch (thrown) {
    if (!(thrown instanceof OnlyCompared)) throw thrown;
  }
  return found;
}

/** Rolls the comparison back. */
class OnlyCompared extends Error {}

async function restore(db: TenantDb, { runId, entries, insertRun }: Rebuild): Promise<RebuildDifference[] | undefined> {
  const before = await rowsOf(db, runId);
  if ((await lockRun(db, runId)) === undefined) await insertRun(db);
  const run = await lockRun(db, runId);
  if (run === undefined) return undefined;
  const last = entries.at(-1)?.seq ?? 0;
  const isOpen = entries.findLast((entry) => entry.kind === "run" && runHasEnded(entry.status)) === undefined;
  // Of an open run history lags: what it flushes now stands there with its next workflow task only.
  const beyond = isOpen
    ? sql`seq < ${last} and not seq = any(${entries.map(({ seq }) => seq)}::int[])`
    : sql`not seq = any(${entries.map(({ seq }) => seq)}::int[])`;
  await sql`delete from workflow_run_journal where run_id = ${runId} and (${beyond})`.execute(db);
  await writeCarried(db, { runId, fence: run.fence, entries });
  const journal = await journalKeys(db, runId);
  const executions = [...new Set(journal.flatMap(({ newExecution }) => newExecution ?? []))];
  const waits = [...new Set(journal.flatMap(({ newWaitId }) => newWaitId ?? []))];
  await sql`delete from workflow_run_steps where run_id = ${runId} and not execution = any(${executions}::int[])`.execute(
    db,
  );
  await sql`delete from workflow_run_waits where run_id = ${runId} and not wait_id = any(${waits}::text[])`.execute(db);
  await sql`delete from workflow_tasks where run_id = ${runId} and not wait_id = any(${waits}::text[])`.execute(db);
  const locked = await lockRun(db, runId);
  if (locked === undefined) return undefined;
  await projectTouched(db, locked, await readTouched(db, runId, touchedBy(journal)), { segment: "as it is" });
  const begun = journal.filter(({ seq, newKind, newExecution }) => newKind === "step" && newExecution === seq).length;
  await sql`update workflow_runs set step_count = ${begun}, journal_seq = ${journal.at(-1)?.seq ?? 0} where id = ${runId}`.execute(
    db,
  );
  const after = await rowsOf(db, runId);
  return differencesOf(before, after);
}

/** Every entry, as if it had been overwritten by itself. */
async function journalKeys(db: TenantDb, runId: string): Promise<JournalChange[]> {
  const { rows } = await sql<JournalChange>`
    select seq, kind as "oldKind", execution as "oldExecution", wait_id as "oldWaitId", event_id as "oldEventId",
      kind as "newKind", execution as "newExecution", wait_id as "newWaitId", event_id as "newEventId", false as replaced
    from workflow_run_journal where run_id = ${runId} order by seq`.execute(db);
  return rows;
}

type Rows = ReadonlyMap<string, { readonly table: RebuiltTable; readonly key: string; readonly row: Json }>;

/** What history says of a run, as its rows have it; who claimed a task, what a try under way has noted and when we looked are none of it. */
async function rowsOf(db: TenantDb, runId: string): Promise<Rows> {
  const { rows } = await sql<{ table: RebuiltTable; key: string; row: Json }>`
    select 'run' as table, id::text as key, to_jsonb(r) - ${[...notOfRun]}::text[] as row from
      (select id, status, state, output_json, error_json, completed_at, final_state_hash, node_path, step_count, journal_seq from workflow_runs where id = ${runId}) r
    union all select 'step', execution::text, to_jsonb(s) - ${[...notOfStep]}::text[] from workflow_run_steps s where run_id = ${runId}
    union all select 'wait', wait_id, to_jsonb(w) - ${[...notOfWait]}::text[] from workflow_run_waits w where run_id = ${runId}
    union all select 'task', id::text, to_jsonb(t) - ${[...notOfTask]}::text[] from workflow_tasks t where run_id = ${runId}
    union all select 'journal', seq::text, to_jsonb(j.entry) from workflow_run_journal j where run_id = ${runId}`.execute(
    db,
  );
  return new Map(rows.map((row) => [`${row.table}:${row.key}`, row]));
}

const notOfRun: readonly string[] = ["id"];
const notOfStep = ["tenant_id", "run_id", "live_attempt", "epoch", "input_json"] as const;
const notOfWait = ["tenant_id", "run_id", "created_at"] as const;
const notOfTask = ["tenant_id", "run_id", "claimed_by", "claimed_at", "version", "status"] as const;

function differencesOf(before: Rows, after: Rows): RebuildDifference[] {
  const found: RebuildDifference[] = [];
  for (const [at, { table, key, row }] of after) {
    const stored = before.get(at);
    if (stored === undefined) found.push({ table, key, kind: "missing", history: row, stored: null });
    else if (canonicalJson(stored.row) !== canonicalJson(row))
      found.push({ table, key, kind: "differs", history: row, stored: stored.row });
  }
  for (const [at, { table, key, row }] of before)
    if (!after.has(at)) found.push({ table, key, kind: "extra", history: null, stored: row });
  return found;
}
