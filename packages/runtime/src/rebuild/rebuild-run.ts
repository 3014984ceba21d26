import { MainspringError } from "@mainspring/core";
import { getRun, rebuildRows, type Store } from "@mainspring/store";
import { isNotFound } from "../temporal/grpc.ts";
import { confirmRun } from "../reconciler/confirm.ts";
import { chainOf, journalOfChain, type HistoryParts } from "./journal-from-history.ts";
import { insertLostRun, startOf } from "./lost-run.ts";
import type { RebuildReport } from "./report.ts";

/**
 * Derives a run's rows from its histories, replayed by the shell's own code, reports how the stored ones differ, and repairs them; also when
 * the run's own row is gone.
 * @throws MainspringError RUN_NOT_FOUND, HISTORY_NOT_FOUND (Temporal no longer has it, or never had); what a replay throws
 */
export async function rebuildRun(
  parts: HistoryParts & { readonly store: Store },
  request: { readonly tenantId: string; readonly runId: string; readonly dryRun?: boolean },
): Promise<RebuildReport> {
  const { tenantId, runId, dryRun = false } = request;
  const isKnown = (await parts.store.tenant(tenantId, (db) => getRun(db, runId))) !== undefined;
  const chain = await chainOf(parts.client, runId).catch((error: unknown) => {
    if (isNotFound(error)) throw new MainspringError(isKnown ? "HISTORY_NOT_FOUND" : "RUN_NOT_FOUND", { runId });
    throw error;
  });
  const [history] = chain;
  const start = isKnown ? undefined : await startOf(history, parts.dataConverter);
  // Whose run it is only its start says: another tenant's is none.
  if (history === undefined || (!isKnown && start?.tenantId !== tenantId))
    throw new MainspringError("RUN_NOT_FOUND", { runId });
  const entries = await journalOfChain(parts, runId, chain);
  const differences = await rebuildRows(parts.store, {
    tenantId,
    runId,
    entries,
    dryRun,
    insertRun: async (db) => (start === undefined ? undefined : insertLostRun(db, { start, history, entries })),
  });
  if (differences === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
  if (!isKnown && !dryRun) await confirmRun(parts, { tenantId, runId }).catch(() => "open");
  return {
    runId,
    dryRun,
    executions: chain.length,
    entries: entries.length,
    differences,
    repaired: !dryRun && differences.length > 0,
  };
}
