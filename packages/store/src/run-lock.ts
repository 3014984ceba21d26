import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { preparedMark } from "./connection.ts";
import type { Fence } from "./fence.ts";
import type { EndedOutside } from "./projection/entries.ts";
import type { TenantDb } from "./store.ts";

/** What a writer needs to know of a run's row, read under its lock. */
export interface LockedRun {
  readonly id: string;
  readonly status: string;
  readonly fence: Fence;
  readonly segmentTries: number;
  /** What was asked for with the lock. */
  readonly allowed: boolean;
  /** Only when it was seen in the epoch of now: a reset makes it void. */
  readonly endedOutside: EndedOutside | undefined;
  readonly startedAt: Date | null;
}

interface Row {
  status: string;
  fence_epoch: number;
  fence_ordinal: number;
  fence_history_length: number;
  segment_tries: number;
  allowed: boolean;
  ended_outside: EndedOutside | null;
  ended_outside_epoch: number | null;
  started_at: Date | null;
}

const prepared = sql.raw(preparedMark);

/** Of a row of `workflow_runs`, called `run`. */
export type RunCondition = RawBuilder<boolean>;

/**
 * Locks the run's row until the transaction ends. All that write rows of one run begin with it: they come one after the other,
 * and no two can wait for each other.
 * @param condition whether the writer may write, for statements that go in the same round trip to ask as well
 * @returns undefined: no such run
 */
export async function lockRun(
  db: TenantDb,
  runId: string,
  condition: RunCondition = sql<boolean>`true`,
): Promise<LockedRun | undefined> {
  // "no key update": inserts of rows that refer to the run go on meanwhile.
  const { rows } = await sql<Row>`${prepared} select status, fence_epoch, fence_ordinal, fence_history_length,
    segment_tries, ended_outside, ended_outside_epoch, started_at, ${condition} as allowed
    from workflow_runs run where id = ${runId} for no key update`.execute(db);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: runId,
    status: row.status,
    fence: { epoch: row.fence_epoch, ordinal: row.fence_ordinal, historyLength: row.fence_history_length },
    segmentTries: row.segment_tries,
    allowed: row.allowed,
    endedOutside:
      row.ended_outside !== null && row.ended_outside_epoch === row.fence_epoch ? row.ended_outside : undefined,
    startedAt: row.started_at,
  };
}
