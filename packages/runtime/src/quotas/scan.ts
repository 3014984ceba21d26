import { isWithinQuota, type Reconciler, type Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import { isNotFound } from "../temporal/grpc.ts";
import { signalQuotaRelease } from "./quota-resume.ts";

/** A run with more to do than its tenant has room for pauses again; so many at once are let go on. */
const runsPerRound = 500;

/**
 * Signals the paused runs of tenants whose quota has room again: a month has passed, or the quota was raised. Their calls ask the counter
 * themselves. One worker at a time is at it.
 * @returns how many were signalled
 */
export async function scanQuotas(parts: {
  readonly store: Store;
  readonly client: Client;
  readonly reconciler: Reconciler;
  readonly log: Log;
}): Promise<number> {
  const { store, reconciler, log } = parts;
  const signalled = await reconciler.alone("quota-scan", async () => {
    const paused = await reconciler.pausedRuns({ limit: runsPerRound });
    let released = 0;
    for (const [tenantId, runs] of Map.groupBy(paused, (run) => run.tenantId)) {
      if (!(await store.tenant(tenantId, (db) => isWithinQuota(db, { entries: [], waived: false })))) continue;
      for (const { runId } of runs) {
        try {
          await signalQuotaRelease(parts, { tenantId, runId, by: "quota-scan", waive: false });
          released++;
        } catch (error) {
          if (!isNotFound(error))
            log.warn({ tenantId, runId, error: String(error) }, "A paused run could not be signalled");
        }
      }
    }
    return released;
  });
  return signalled ?? 0;
}
