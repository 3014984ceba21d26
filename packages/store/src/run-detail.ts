import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** What is told of one run that is looked at, and not of each row of a list. */
export interface RunDetail {
  /** In the history of the execution that wrote to the journal last, as of then; 0 before the first did. */
  readonly historyEvents: number;
  /** What was given with the cancel; null where none was asked for, or without a reason. */
  readonly cancelReason: string | null;
}

/**
 * A cancel's reason stands in the audit log alone: in an entry of the run's own, or in the one entry of all runs of a bulk cancel, which is
 * written after the last of them. The log has an entry for each start, so it is asked by subject, and only of a bulk by who asked for it.
 * @param runId of a run that exists
 */
export async function runDetailOf(db: TenantDb, runId: string): Promise<RunDetail> {
  const { rows } = await prepared<RunDetail>`
    select r.fence_history_length as "historyEvents", coalesce(own.reason, bulk.reason) as "cancelReason"
    from workflow_runs r
    left join lateral (select a.details ->> 'reason' as reason, true as found from audit_log a
      where r.cancel_requested_at is not null and a.tenant_id = ${db.tenantId} and a.subject = ${`run:${runId}`} and a.action = 'run.cancel'
      order by a.seq limit 1) own on true
    left join lateral (select a.details ->> 'reason' as reason from audit_log a
      where r.cancel_requested_at is not null and own.found is null and a.tenant_id = ${db.tenantId} and a.actor = r.cancel_requested_by
        and a.action = 'run.bulk-cancel' and a.details::text like ${`%${runId}%`}
        and a.at > r.cancel_requested_at - interval '1 minute' and a.at < r.cancel_requested_at + interval '15 minutes'
      order by a.seq limit 1) bulk on true
    where r.id = ${runId}`.execute(db);
  return rows[0] ?? { historyEvents: 0, cancelReason: null };
}
