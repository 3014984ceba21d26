import { diffRuns } from "@mainspring/core";
import type { RunDiff } from "@mainspring/core";
import type { Store } from "@mainspring/store";
import { recomputed, recordedRun, sideOf, type RecordedRun } from "./recorded-run.ts";

export interface DiffedRun {
  readonly runId: string;
  readonly workflow: string;
  readonly version: number | null;
  readonly definitionHash: string | null;
  readonly status: string;
}

/**
 * Where two runs of a tenant first part.
 * @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND, JOURNAL_INCOMPLETE
 */
export async function runDiff(
  store: Store,
  request: { readonly tenantId: string; readonly a: string; readonly b: string },
): Promise<RunDiff & { readonly a: DiffedRun; readonly b: DiffedRun }> {
  const { tenantId } = request;
  const [one, other] = await store.tenant(tenantId, async (db) => [
    await recordedRun(db, request.a),
    await recordedRun(db, request.b),
  ]);
  if (one === undefined || other === undefined) throw new Error("Two runs were read.");
  const diff = recomputed(() => diffRuns(sideOf(one), sideOf(other)));
  return { ...diff, a: diffedRun(one), b: diffedRun(other) };
}

function diffedRun({ run }: RecordedRun): DiffedRun {
  return {
    runId: run.id,
    workflow: run.workflowKey,
    version: run.version,
    definitionHash: run.definitionHash,
    status: run.status,
  };
}
