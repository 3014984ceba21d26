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
 * A cancel's reason stands in the audit log alone: beside the run, or in the one entry of all runs of a bulk cancel. It is written
 * after Temporal has taken the cancel, of many runs after the last.
 * @param runId of a run that exists
 */
export async function runDetailOf(db: TenantDb, runId: string): Promise<RunDetail> {
  const { rows } = await prepared<RunDetail>`
    select r.fence_history_length as "historyEvents",
      (select a.details ->> 'reason' from audit_log a
        where a.at > r.cancel_requested_at - interval '1 minute' and a.at < r.cancel_requested_at + interval '15 minutes'
          and (a.action = 'run.cancel' and a.subject = ${`run:${runId}`}
            or a.action = 'run.bulk-cancel' and a.details::text like ${`%${runId}%`})
        order by a.at limit 1) as "cancelReason"
    from workflow_runs r where r.id = ${runId}`.execute(db);
  return rows[0] ?? { historyEvents: 0, cancelReason: null };
}
