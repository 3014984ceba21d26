import { MainspringError } from "@mainspring/core";
import {
  forgetDeleted,
  forgetOld,
  runsPastRetention,
  sweepBlobs,
  tenantIds,
  tenantsBeingDeleted,
} from "@mainspring/store";
import type { Log } from "../activities/dependencies.ts";
import { deleteEndedRun } from "../launcher/delete-run.ts";
import type { LauncherParts } from "../launcher/launch.ts";
import { continueDeletion, type DeletionParts } from "../launcher/tenant-deletion.ts";

/** Removed of one tenant in one round at most, so that every tenant has its turn. */
const runsAtOnce = 200;
const rowsAtOnce = 2_000;
/** How long one tenant's deletion is carried on before it is the next one's turn. */
const deletionWithinMs = 5_000;
const dayMs = 86_400_000;

/**
 * One round of removing what has outlived its retention: ended runs, events and decisions, what was remembered of deleted runs, and blobs
 * that nothing refers to any more. A tenant whose round fails does not hold up the others. Several workers may do it at once.
 * @returns whether there may be more to remove
 */
export async function housekeepOnce(parts: LauncherParts, log: Log): Promise<boolean> {
  const historiesKeptMs = await retentionOfNamespace(parts);
  let more = false;
  for (const tenantId of await parts.store.platform(tenantIds)) {
    try {
      if (await housekeepTenant(parts, tenantId, historiesKeptMs, log)) more = true;
    } catch (error) {
      log.warn(
        { tenantId, error: String(error) },
        "What is kept no longer could not all be removed; the next round tries again",
      );
    }
  }
  return more;
}

async function housekeepTenant(
  parts: LauncherParts,
  tenantId: string,
  historiesKeptMs: number,
  log: Log,
): Promise<boolean> {
  const { store } = parts;
  const runs = await store.tenant(tenantId, (db) => runsPastRetention(db, runsAtOnce));
  let removed = 0;
  for (const runId of runs) if (await removeRun(parts, tenantId, runId, log)) removed += 1;
  const forgotten = await store.tenant(tenantId, (db) => forgetOld(db, rowsAtOnce));
  await store.tenant(tenantId, forgetDeleted);
  const blobs = await store.tenant(tenantId, (db) => sweepBlobs(db, { historiesKeptMs }));
  return removed === runsAtOnce || forgotten >= rowsAtOnce || blobs.more;
}

/** A run that cannot be removed stays, and keeps nothing else from going. @returns whether it is gone */
async function removeRun(parts: LauncherParts, tenantId: string, runId: string, log: Log): Promise<boolean> {
  try {
    await deleteEndedRun(parts, tenantId, runId);
    return true;
  } catch (error) {
    // Another worker's housekeeping was quicker.
    if (error instanceof MainspringError && error.code === "RUN_NOT_FOUND") return true;
    log.warn({ tenantId, runId, error: String(error) }, "A run past its retention could not be removed");
    return false;
  }
}

/** Goes on with deletions of tenants that were interrupted, or that wait for a grace to end. */
export async function continueDeletions(parts: DeletionParts, log: Log): Promise<void> {
  for (const tenantId of await parts.store.platform(tenantsBeingDeleted)) {
    try {
      const { status } = await continueDeletion(parts, tenantId, { withinMs: deletionWithinMs });
      if (status === "deleted") log.info({ tenantId }, "A tenant was deleted");
    } catch (error) {
      log.warn({ tenantId, error: String(error) }, "The deletion of a tenant stopped; the next round goes on");
    }
  }
}

async function retentionOfNamespace({ client }: LauncherParts): Promise<number> {
  const { namespace } = client.options;
  const { config } = await client.workflowService.describeNamespace({ namespace });
  const seconds = config?.workflowExecutionRetentionTtl?.seconds;
  // Temporal did not say: take longer than anybody keeps histories by default.
  return seconds === undefined || seconds === null ? 90 * dayMs : Number(seconds) * 1_000;
}
