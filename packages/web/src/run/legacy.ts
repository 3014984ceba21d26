import type { RunReply } from "@mainspring/api";

/** Whether an engine before this one made the run: it has no journal, but snapshots. */
export function isLegacy(run: Pick<RunReply, "engine">): boolean {
  return run.engine !== "temporal";
}
