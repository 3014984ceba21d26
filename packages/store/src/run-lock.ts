import type { Fence } from "./fence.ts";
import { prepared } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import type { EndedOutside } from "./projection/entries.ts";
import type { TenantDb } from "./store.ts";

/** What a writer needs to know of a run's row, read under its lock. */
export interface LockedRun {
  readonly id: string;
  readonly status: string;
  readonly fence: Fence;
  readonly segmentTries: number;
  /** The writer that took the lock may write. */
  readonly allowed: boolean;
  /** Only when it was seen in the epoch of now: a reset makes it void. */
  readonly endedOutside: EndedOutside | undefined;
  readonly started: boolean;
}

/**
 * Locks the run's row as `lockRun` does, and decides for what goes behind it in the same round trip: statements that ask `unlessRefused`
 * write nothing where this says no.
 * @param append.firstSeq of entries that are to stand behind all others
 * @param append.closes steps that have a row of this epoch
 * @returns whether the run stands as the writer takes it to stand
 */
export async function lockToAppend(
  db: TenantDb,
  append: {
    readonly runId: string;
    readonly epoch: number;
    readonly firstSeq: number;
    readonly closes: readonly { readonly execution: number; readonly stepPath: string }[];
  },
): Promise<boolean> {
  // Two statements, both sent before this waits: the second sees what the first has waited for.
  const locking = prepared`select from workflow_runs where id = ${append.runId} for no key update`.execute(db.unread);
  const asking = prepared<{ appends: boolean }>`
    select set_config('app.appends', case when
        exists (select from workflow_runs where id = ${append.runId} and fence_epoch = ${append.epoch} and journal_seq < ${append.firstSeq}
          and ended_outside is null and segment_tries = 0)
        and (select count(*) from workflow_run_steps s
          join json_to_recordset(${JSON.stringify(append.closes)}::json) as closed(execution int, "stepPath" text)
            on closed.execution = s.execution and closed."stepPath" = s.step_path
          where s.run_id = ${append.runId} and s.epoch = ${append.epoch}) = ${append.closes.length}
      then 'yes' else 'no' end, true) = 'yes' as appends`.execute(db);
  const [{ rows }] = await Promise.all([asking, locking]);
  return rows[0]?.appends === true;
}

/** False for what goes behind a `lockToAppend` that said no; always true in other transactions. */
export const unlessRefused = prepared<boolean>`coalesce(current_setting('app.appends', true), '') <> 'no'`;

interface Row {
  status: string;
  fence_epoch: number;
  fence_ordinal: number;
  fence_history_length: number;
  segment_tries: number;
  allowed: boolean;
  ended_outside: EndedOutside | null;
  ended_outside_epoch: number | null;
  started: boolean;
}

/** Who writes rows of a run: under which fence and, where it is a segment, by which token. */
export interface RunWriter {
  readonly fence: Fence;
  readonly segmentToken?: string;
  /** What it writes stands only once its workflow task is completed: never, where the execution was ended from outside. */
  readonly provisional?: true;
}

/**
 * Whether the writer may write: of a row of `workflow_runs` called `run`. Statements that go in one round trip with the lock ask it
 * themselves.
 */
export function mayWrite({ fence, segmentToken, provisional }: RunWriter): Prepared<boolean> {
  const token = segmentToken ?? null;
  return prepared`(run.fence_epoch, run.fence_ordinal, run.fence_history_length) <= (${fence.epoch}::int, ${fence.ordinal}::int, ${fence.historyLength}::int)
    and (${token}::text is null or run.segment_token is not distinct from ${token})
    and (${provisional !== true}::boolean or run.ended_outside is null)`;
}

const latest = 2 ** 31 - 1;
const anyone: RunWriter = { fence: { epoch: latest, ordinal: latest, historyLength: latest } };

/** Whoever writes under this epoch, at whatever place of it. */
export function anyWriterOf(epoch: number): RunWriter {
  return { fence: { ...anyone.fence, epoch } };
}

/**
 * Locks the run's row until the transaction ends. All that write rows of one run begin with it: they come one after the other,
 * and no two can wait for each other.
 * @returns undefined: no such run
 */
export async function lockRun(db: TenantDb, runId: string, writer: RunWriter = anyone): Promise<LockedRun | undefined> {
  // "no key update": inserts of rows that refer to the run go on meanwhile.
  const { rows } = await prepared<Row>`select status, fence_epoch, fence_ordinal, fence_history_length,
    segment_tries, ended_outside, ended_outside_epoch, started_at is not null as started, ${mayWrite(writer)} as allowed
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
    started: row.started,
  };
}
