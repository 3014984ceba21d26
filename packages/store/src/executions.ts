import { prepared } from "./prepared.ts";
import { reopenRun } from "./run-ends.ts";
import { lockRun } from "./run-lock.ts";
import type { TenantDb } from "./store.ts";

export interface ExecutionOfRun {
  readonly runId: string;
  readonly temporalRunId: string;
  /** Number of the execution in the run's chain. */
  readonly ordinal: number;
  /** The execution that this one continues, as Temporal names it. With it a straggler of another branch is told from the next of the chain. */
  readonly continuedFrom?: string;
  /** Most likely nobody has registered it yet: then one round trip is saved, for a lock that is not needed where somebody has. */
  readonly isFirstWrite?: boolean;
}

interface Registered {
  readonly temporalRunId: string;
  readonly epoch: number;
  readonly ordinal: number;
}

/**
 * The epoch under which an execution writes.
 *
 * Known: the one it was registered under. Unknown and next in the chain: the epoch of now. Unknown otherwise: Temporal is asked,
 * and when the execution is the current one of its workflow id the run was reset, so a new epoch begins, and writes of
 * the epochs before it no longer count; when it is not, it is `stale` and may write nothing.
 * @param isCurrentExecution asks Temporal; called while the run's row is locked
 * @returns isCommitted: it was registered before, so it is safe to remember; a registration made now goes if this transaction does
 */
export async function registerExecution(
  db: TenantDb,
  execution: ExecutionOfRun,
  isCurrentExecution: () => Promise<boolean>,
): Promise<{ epoch: number; isCommitted: boolean } | "stale"> {
  const known = execution.isFirstWrite === true ? undefined : await epochOf(db, execution);
  if (known !== undefined) return { epoch: known, isCommitted: true };

  const [run, registered] = await Promise.all([
    lockRun(db, execution.runId),
    registeredExecutions(db, execution.runId),
  ]);
  if (run === undefined) return "stale";
  const again = registered.find(({ temporalRunId }) => temporalRunId === execution.temporalRunId);
  if (again !== undefined) return { epoch: again.epoch, isCommitted: true };

  const epochNow = Math.max(0, ...registered.map(({ epoch }) => epoch));
  if (
    registered.length === 0 ||
    isNext(
      execution,
      registered.filter(({ epoch }) => epoch === epochNow),
    )
  ) {
    const epoch = Math.max(epochNow, 1);
    await register(db, execution, epoch);
    return { epoch, isCommitted: false };
  }
  if (!(await isCurrentExecution())) return "stale";
  const epoch = epochNow + 1;
  await register(db, execution, epoch);
  await reopenRun(db, run);
  return { epoch, isCommitted: false };
}

async function epochOf(db: TenantDb, { runId, temporalRunId }: ExecutionOfRun): Promise<number | undefined> {
  const { rows } = await prepared<{ epoch: number }>`select epoch from workflow_run_executions
    where run_id = ${runId} and temporal_run_id = ${temporalRunId}`.execute(db);
  return rows[0]?.epoch;
}

async function registeredExecutions(db: TenantDb, runId: string): Promise<Registered[]> {
  const { rows } =
    await prepared<Registered>`select temporal_run_id as "temporalRunId", epoch, ordinal from workflow_run_executions
    where run_id = ${runId}`.execute(db);
  return rows;
}

function isNext(execution: ExecutionOfRun, ofEpoch: readonly Registered[]): boolean {
  const last = ofEpoch.reduce((a, b) => (b.ordinal > a.ordinal ? b : a));
  if (execution.ordinal !== last.ordinal + 1) return false;
  return execution.continuedFrom === undefined || execution.continuedFrom === last.temporalRunId;
}

async function register(db: TenantDb, { runId, temporalRunId, ordinal }: ExecutionOfRun, epoch: number): Promise<void> {
  await prepared`insert into workflow_run_executions (tenant_id, run_id, temporal_run_id, epoch, ordinal)
    values (${db.tenantId}, ${runId}, ${temporalRunId}, ${epoch}, ${ordinal})`.execute(db.unread);
  // From here on nothing of the execution before can land.
  await prepared`update workflow_runs set fence_epoch = ${epoch}, fence_ordinal = ${ordinal}, fence_history_length = 0
    where id = ${runId} and (fence_epoch, fence_ordinal) < (${epoch}::int, ${ordinal}::int)`.execute(db.unread);
}
