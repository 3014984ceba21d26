import type { Reconciler, Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import { confirmRun } from "./confirm.ts";
import { endOrphan } from "./orphans.ts";

const runsPerRound = 200;

/** One round over the runs that are open, or ended but not confirmed, and were not looked at for `olderThanMs`. */
export async function reconcileOnce(
  parts: { readonly store: Store; readonly client: Client; readonly reconciler: Reconciler; readonly log: Log },
  options: { readonly olderThanMs: number },
): Promise<number> {
  const runs = await parts.reconciler.runsToCheck({ limit: runsPerRound, olderThanMs: options.olderThanMs });
  let confirmed = 0;
  for (const run of runs) {
    try {
      if ((await confirmRun(parts, run)) === "confirmed") confirmed++;
    } catch (error) {
      parts.log.warn(
        { ...run, error: String(error) },
        "A run could not be compared with its execution; the next round tries again",
      );
    }
  }
  for (const child of await parts.reconciler.childrenToCheck({
    limit: runsPerRound,
    olderThanMs: options.olderThanMs,
  })) {
    try {
      if (await endOrphan(parts, child)) confirmed++;
    } catch (error) {
      parts.log.warn(
        { ...child, error: String(error) },
        "A child that is not started could not be looked after; the next round tries again",
      );
    }
  }
  return confirmed;
}
