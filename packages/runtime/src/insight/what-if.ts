import { MainspringError, whatIf, type Json, type Program, type WhatIf } from "@mainspring/core";
import { listRuns, type Store } from "@mainspring/store";
import { recomputed, recordedRun, sideOf, type RecordedRun } from "./recorded-run.ts";

/** Of a longer journal the fold would hold up others. */
const entriesMax = 50_000;

export interface WhatIfRequest {
  readonly tenantId: string;
  readonly workflowKey: string;
  /** The draft, compiled. */
  readonly program: Program;
  /** Left out: the newest runs of the workflow. */
  readonly runIds?: readonly string[];
  /** Of the newest. */
  readonly limit: number;
}

export interface WhatIfOfRun {
  readonly runId: string;
  readonly version: number | null;
  readonly status: string;
  readonly output: Json | null;
  readonly report: WhatIf;
}

/**
 * What a draft would have done in the place of recorded runs, one after the other; nothing is called and nothing written.
 * @throws MainspringError RUN_NOT_FOUND of a run that is named, also when it is another workflow's
 */
export async function whatIfOfRuns(store: Store, request: WhatIfRequest): Promise<WhatIfOfRun[]> {
  const { tenantId, workflowKey, program } = request;
  const ids =
    request.runIds ??
    (await store.tenant(tenantId, async (db) => {
      const { items } = await listRuns(db, { workflow: workflowKey }, { limit: request.limit });
      return items.map(({ id }) => id);
    }));
  const reports: WhatIfOfRun[] = [];
  for (const runId of ids) {
    const recorded = await store.tenant(tenantId, (db) => recordedOf(db, runId));
    if (recorded !== undefined && recorded.run.workflowKey !== workflowKey) throw new MainspringError("RUN_NOT_FOUND");
    // A row without a journal of ours, as of an older engine, has nothing to tell.
    if (recorded === undefined) continue;
    const { run } = recorded;
    reports.push({
      runId: run.id,
      version: run.version,
      status: run.status,
      output: (run.output ?? null) as Json | null,
      report: reportOf(recorded, program),
    });
  }
  return reports;
}

async function recordedOf(db: Parameters<typeof recordedRun>[0], runId: string): Promise<RecordedRun | undefined> {
  try {
    return await recordedRun(db, runId);
  } catch (error) {
    if (error instanceof MainspringError && error.code === "ENTRY_NOT_FOUND") return undefined;
    throw error;
  }
}

function reportOf(recorded: RecordedRun, draft: Program): WhatIf {
  const { journal } = recorded;
  if (journal.length === 0) return nothingRecorded("The run has not begun.");
  if (journal.length > entriesMax) return nothingRecorded(`The run has more than ${entriesMax} entries.`);
  return recomputed(() => whatIf(sideOf(recorded), draft));
}

function nothingRecorded(sentence: string): WhatIf {
  return { verdict: "not-recorded", sentence, path: null, values: null, notRecorded: [], common: 0 };
}
