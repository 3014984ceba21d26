import type { Fence } from "./fence.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

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
  const { epoch, ordinal, historyLength } = segment.fence;
  const { rows } = await prepared<{ exhausted: boolean }>`
    update workflow_runs set segment_token = case when segment_tries < ${segmentTriesMax} then ${segment.token} end,
      segment_tries = least(segment_tries + 1, ${segmentTriesMax}),
      fence_epoch = ${epoch}, fence_ordinal = ${ordinal}, fence_history_length = ${historyLength}
    where id = ${segment.runId} and (fence_epoch, fence_ordinal, fence_history_length) <= (${epoch}::int, ${ordinal}::int, ${historyLength}::int)
    returning old.segment_tries >= ${segmentTriesMax} as exhausted`.execute(db);
  const run = rows[0];
  if (run === undefined) return "fenced";
  return run.exhausted ? "exhausted" : "taken";
}
