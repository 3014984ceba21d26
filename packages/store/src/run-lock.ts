import { sql } from "kysely";
import { preparedMark } from "./connection.ts";
import type { Fence } from "./fence.ts";
import type { EndedOutside } from "./projection/entries.ts";
import type { TenantDb } from "./store.ts";

/** What a writer needs to know of a run's row, read under its lock. */
export interface LockedRun {
  readonly id: string;
  readonly status: string;
  readonly fence: Fence;
  readonly journalSeq: number;
  readonly segmentToken: string | null;
  readonly segmentTries: number;
  /** Only when it was seen in the epoch of now: a reset makes it void. */
  readonly endedOutside: EndedOutside | undefined;
  readonly startedAt: Date | null;
}

interface Row {
  status: string;
  fence_epoch: number;
  fence_ordinal: number;
  fence_history_length: number;
  journal_seq: number;
  segment_token: string | null;
  segment_tries: number;
  ended_outside: EndedOutside | null;
  ended_outside_epoch: number | null;
  started_at: Date | null;
}

const prepared = sql.raw(preparedMark);

/**
 * Locks the run's row until the transaction ends. All that write rows of one run begin with it: they come one after the other,
 * and no two can wait for each other. undefined: no such run.
 */
export async function lockRun(db: TenantDb, runId: string): Promise<LockedRun | undefined> {
  // "no key update": inserts of rows that refer to the run go on meanwhile.
  const { rows } =
    await sql<Row>`${prepared} select status, fence_epoch, fence_ordinal, fence_history_length, journal_seq, segment_token,
    segment_tries, ended_outside, ended_outside_epoch, started_at
    from workflow_runs where id = ${runId} for no key update`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: runId,
    status: row.status,
    fence: { epoch: row.fence_epoch, ordinal: row.fence_ordinal, historyLength: row.fence_history_length },
    journalSeq: row.journal_seq,
    segmentToken: row.segment_token,
    segmentTries: row.segment_tries,
    endedOutside:
      row.ended_outside !== null && row.ended_outside_epoch === row.fence_epoch ? row.ended_outside : undefined,
    startedAt: row.started_at,
  };
}
