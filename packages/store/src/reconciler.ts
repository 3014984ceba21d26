import { sql } from "kysely";
import { openKysely, openPool } from "./connection.ts";

/** Finds runs of all tenants whose rows are to be compared with Temporal. May read their status and times, and mark the visit. */
export interface Reconciler {
  /**
   * Runs that were started and whose end is not confirmed, those first that were not looked at for the longest time. Each is given
   * out once in `olderThanMs`, also when several ask.
   */
  runsToCheck(options: {
    readonly limit: number;
    readonly olderThanMs: number;
  }): Promise<{ tenantId: string; runId: string }[]>;
  close(): Promise<void>;
}

export function openReconciler(options: {
  readonly url: string;
  readonly onPoolError?: (error: Error) => void;
}): Reconciler {
  const pool = openPool({ ...options, max: 1, name: "mainspring reconciler" });
  const kysely = openKysely(pool);
  return {
    runsToCheck: async ({ limit, olderThanMs }) => {
      const { rows } = await sql<{ tenantId: string; runId: string }>`
        update workflow_runs r set checked_at = now()
        from (
          select tenant_id, id from workflow_runs
          where started_at is not null and confirmed_at is null and engine = 'temporal'
            and coalesce(checked_at, started_at) <= now() - ${olderThanMs}::double precision * interval '1 millisecond'
          order by coalesce(checked_at, started_at) limit ${limit} for update skip locked) found
        where r.tenant_id = found.tenant_id and r.id = found.id
        returning r.tenant_id as "tenantId", r.id as "runId"`.execute(kysely);
      return rows;
    },
    close: () => pool.end(),
  };
}
