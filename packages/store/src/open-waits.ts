import { sql } from "kysely";
import { instantOrNull } from "./instants.ts";
import type { TenantDb } from "./store.ts";

/** What a waiting run waits for, in short. */
export interface OpenWait {
  readonly runId: string;
  readonly waitType: string;
  readonly stepId: string;
  readonly eventName: string | null;
  readonly key: string | null;
  readonly timeoutAt: string | null;
}

/** The open waits of some runs, each run's in the order of their steps. */
export async function openWaitsOf(db: TenantDb, runIds: readonly string[]): Promise<OpenWait[]> {
  if (runIds.length === 0) return [];
  const { rows } = await sql<Omit<OpenWait, "timeoutAt"> & { timeoutAt: Date | null }>`
    select run_id as "runId", wait_type as "waitType", step_id as "stepId", event_name as "eventName", key, timeout_at as "timeoutAt"
    from workflow_run_waits where run_id = any(${[...runIds]}::uuid[]) and status = 'WAITING' order by run_id, execution, wait_id`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, timeoutAt: instantOrNull(row.timeoutAt) }));
}
