import { getRun } from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import type { RunProgress } from "../live/wait-for-end.ts";

/** What a run's row says of its end; undefined when there is no such run. */
export async function progressOf(db: TenantDb, runId: string): Promise<RunProgress | undefined> {
  const row = await getRun(db, runId);
  return row === undefined
    ? undefined
    : { status: row.status, engine: row.engine, isConfirmed: row.confirmedAt !== null };
}
