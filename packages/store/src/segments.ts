import { sql } from "kysely";
import { preparedMark } from "./connection.ts";
import { compareFences } from "./fence.ts";
import type { Fence } from "./fence.ts";
import { lockRun } from "./run-lock.ts";
import type { TenantDb } from "./store.ts";

const prepared = sql.raw(preparedMark);

/** So many segments may be begun in a row without one that commits. */
export const segmentTriesMax = 3;

/**
 * Puts a segment's token on the run: only the last one may commit, so that what a segment did that was thought lost never becomes rows.
 * @returns `exhausted`: too many were begun in a row without a commit; none may commit now, and the calls go as ordinary activities.
 * `fenced`: a newer write has landed
 */
export async function takeSegmentToken(
  db: TenantDb,
  segment: { readonly runId: string; readonly fence: Fence; readonly token: string },
): Promise<"taken" | "fenced" | "exhausted"> {
  const run = await lockRun(db, segment.runId);
  if (run === undefined || compareFences(segment.fence, run.fence) < 0) return "fenced";
  const exhausted = run.segmentTries >= segmentTriesMax;
  await sql`${prepared}
    update workflow_runs set segment_token = ${exhausted ? null : segment.token}::text, segment_tries = ${exhausted ? run.segmentTries : run.segmentTries + 1},
      fence_epoch = ${segment.fence.epoch}, fence_ordinal = ${segment.fence.ordinal}, fence_history_length = ${segment.fence.historyLength}
    where id = ${segment.runId}`.execute(db);
  return exhausted ? "exhausted" : "taken";
}
