import { MainspringError } from "@mainspring/core";
import { getRun, rebuildRows, type RebuildDifference, type Store } from "@mainspring/store";
import { isNotFound } from "../temporal/grpc.ts";
import { chainOf, journalOfChain, type HistoryParts } from "./journal-from-history.ts";

export interface RebuildReport {
  readonly runId: string;
  readonly dryRun: boolean;
  /** Histories that were replayed. */
  readonly executions: number;
  readonly entries: number;
  readonly differences: readonly RebuildDifference[];
  readonly repaired: boolean;
}

/**
 * Derives a run's rows from its histories, replayed by the shell's own code, reports how the stored ones differ, and repairs them.
 * @throws MainspringError RUN_NOT_FOUND, HISTORY_NOT_FOUND (Temporal no longer has it, or never had); what a replay throws
 */
export async function rebuildRun(
  parts: HistoryParts & { readonly store: Store },
  request: { readonly tenantId: string; readonly runId: string; readonly dryRun?: boolean },
): Promise<RebuildReport> {
  const { tenantId, runId, dryRun = false } = request;
  if ((await parts.store.tenant(tenantId, (db) => getRun(db, runId))) === undefined)
    throw new MainspringError("RUN_NOT_FOUND", { runId });
  const chain = await chainOf(parts.client, runId).catch((error: unknown) => {
    if (isNotFound(error)) throw new MainspringError("HISTORY_NOT_FOUND", { runId });
    throw error;
  });
  const entries = await journalOfChain(parts, runId, chain);
  const differences = await rebuildRows(parts.store, { tenantId, runId, entries, dryRun });
  if (differences === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
  return {
    runId,
    dryRun,
    executions: chain.length,
    entries: entries.length,
    differences,
    repaired: !dryRun && differences.length > 0,
  };
}
