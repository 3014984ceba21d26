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
  /** Children that were opened and are not started, in the same way. */
  childrenToCheck(options: {
    readonly limit: number;
    readonly olderThanMs: number;
  }): Promise<{ tenantId: string; runId: string }[]>;
  /** Schedules that Temporal is to follow anew, and those that were not looked at for the longest time; given out as runs are. */
  schedulesToCheck(options: {
    readonly limit: number;
    readonly olderThanMs: number;
  }): Promise<{ tenantId: string; scheduleId: string }[]>;
  /** Runs that have paused, each tenant's oldest first. */
  pausedRuns(options: { readonly limit: number }): Promise<{ tenantId: string; runId: string }[]>;
  /** Tenants in which starts are held. */
  tenantsWithHeldStarts(): Promise<string[]>;
  /**
   * Performs a round of a module that is to run once at a time among all workers.
   * @returns undefined when another worker is at it
   */
  alone<T>(module: string, round: () => Promise<T>): Promise<T | undefined>;
  close(): Promise<void>;
}

export function openReconciler(options: {
  readonly url: string;
  readonly onPoolError?: (error: Error) => void;
}): Reconciler {
  const pool = openPool({ ...options, max: 1, name: "mainspring reconciler" });
  const locks = openPool({ ...options, max: 2, name: "mainspring reconciler's locks" });
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
    childrenToCheck: async ({ limit, olderThanMs }) => {
      const { rows } = await sql<{ tenantId: string; runId: string }>`
        update workflow_runs r set checked_at = now()
        from (
          select tenant_id, id from workflow_runs
          where parent_run_id is not null and status = 'QUEUED'
            and coalesce(checked_at, created_at) <= now() - ${olderThanMs}::double precision * interval '1 millisecond'
          order by created_at limit ${limit} for update skip locked) found
        where r.tenant_id = found.tenant_id and r.id = found.id
        returning r.tenant_id as "tenantId", r.id as "runId"`.execute(kysely);
      return rows;
    },
    schedulesToCheck: async ({ limit, olderThanMs }) => {
      const { rows } = await sql<{ tenantId: string; scheduleId: string }>`
        update tenant_workflow_schedule s set checked_at = now()
        from (
          select tenant_id, id from tenant_workflow_schedule
          where coalesce(checked_at, timestamptz 'epoch') <= now() - ${olderThanMs}::double precision * interval '1 millisecond'
             or (wanted > synced and coalesce(checked_at, timestamptz 'epoch') <= now() - interval '2 seconds')
          order by coalesce(checked_at, created_at) limit ${limit} for update skip locked) found
        where s.tenant_id = found.tenant_id and s.id = found.id
        returning s.tenant_id as "tenantId", s.id as "scheduleId"`.execute(kysely);
      return rows;
    },
    pausedRuns: async ({ limit }) => {
      const { rows } = await sql<{ tenantId: string; runId: string }>`
        select tenant_id as "tenantId", id as "runId" from (
          select tenant_id, id, row_number() over (partition by tenant_id order by id) as turn
          from workflow_runs where status = 'PAUSED' and engine = 'temporal') paused
        order by turn, tenant_id limit ${limit}`.execute(kysely);
      return rows;
    },
    tenantsWithHeldStarts: async () => {
      // Walks the index from tenant to tenant: how many each of them holds costs nothing.
      const { rows } = await sql<{ id: string }>`
        with recursive tenant (id) as (
          (select tenant_id from workflow_runs where held_for is not null order by tenant_id limit 1)
          union all
          select (select r.tenant_id from workflow_runs r where r.held_for is not null and r.tenant_id > tenant.id order by r.tenant_id limit 1)
          from tenant where tenant.id is not null)
        select id from tenant where id is not null`.execute(kysely);
      return rows.map(({ id }) => id);
    },
    alone: async (module, round) => {
      const client = await locks.connect();
      try {
        await client.query("begin");
        const { rows } = await client.query<{ taken: boolean }>(
          "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as taken",
          [`mainspring:${module}`],
        );
        return rows[0]?.taken === true ? await round() : undefined;
      } finally {
        // With the transaction ends the lock, and with the connection both.
        await client.query("rollback").then(
          () => client.release(),
          (error: Error) => client.release(error),
        );
      }
    },
    close: async () => void (await Promise.all([pool.end(), locks.end()])),
  };
}
