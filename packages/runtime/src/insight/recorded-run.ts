import { JournalError, MainspringError } from "@mainspring/core";
import type { DiffSide, JournalEntry, Program, ResolveReference } from "@mainspring/core";
import { getProgram, getRun, journalOf, type RunRow, type TenantDb } from "@mainspring/store";
import { journalValues } from "../rebuild/state-at.ts";

/** What suffices to recompute a run: its program, its journal, and the values that the journal names. */
export interface RecordedRun {
  readonly run: RunRow;
  readonly program: Program;
  readonly journal: readonly JournalEntry[];
  readonly resolve: ResolveReference;
}

/** @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND for a run without a journal of ours */
export async function recordedRun(db: TenantDb, runId: string): Promise<RecordedRun> {
  const run = await getRun(db, runId);
  if (run === undefined) throw new MainspringError("RUN_NOT_FOUND");
  const program = run.programHash === null ? undefined : await getProgram(db, run.programHash);
  if (program === undefined) throw new MainspringError("ENTRY_NOT_FOUND");
  const journal = await journalOf(db, run.id);
  return { run, program: program as unknown as Program, journal, resolve: await journalValues(db, journal) };
}

/** The run as one of those that are compared. */
export function sideOf({ run, program, journal, resolve }: RecordedRun): DiffSide {
  return {
    runId: run.id,
    workflow: run.workflowKey,
    version: run.version,
    definitionHash: run.definitionHash,
    program,
    journal,
    resolve,
  };
}

/** What is recomputed, or JOURNAL_INCOMPLETE where the journal does not suffice for it. */
export function recomputed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JournalError) throw new MainspringError("JOURNAL_INCOMPLETE", {}, error.message);
    throw error;
  }
}
