import { instant } from "./instants.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

export interface Descendant {
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly createdAt: string;
}

/** Runs that were made from one. */
export interface RunDescendants {
  readonly replays: readonly Descendant[];
  readonly restarts: readonly Descendant[];
  readonly children: readonly Descendant[];
}

/** So many of each kind are shown, the newest. */
const shownMax = 100;

/** @param runId of a run that exists */
export async function descendantsOf(db: TenantDb, runId: string): Promise<RunDescendants> {
  const { rows } = await prepared<Omit<Descendant, "createdAt"> & { createdAt: Date; how: keyof RunDescendants }>`
    (select 'replays' as how, id, workflow_key as workflow, status, created_at as "createdAt" from workflow_runs
      where trigger = 'replay' and trigger_metadata_json ->> 'replayOfRunId' = ${runId} order by created_at desc limit ${shownMax})
    union all
    (select 'restarts', id, workflow_key, status, created_at from workflow_runs where restarted_from = ${runId} order by created_at desc limit ${shownMax})
    union all
    (select 'children', id, workflow_key, status, created_at from workflow_runs where parent_run_id = ${runId} order by created_at desc limit ${shownMax})`.execute(
    db,
  );
  const of = (how: keyof RunDescendants): Descendant[] =>
    rows
      .filter((row) => row.how === how)
      .map(({ id, workflow, status, createdAt }) => ({ id, workflow, status, createdAt: instant(createdAt) }));
  return { replays: of("replays"), restarts: of("restarts"), children: of("children") };
}
