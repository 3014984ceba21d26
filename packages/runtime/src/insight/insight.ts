import type { RunMoment, RunDiff, RunWhy } from "@mainspring/core";
import type { Store } from "@mainspring/store";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { temporalClient, type TemporalPlace } from "../temporal/connect.ts";
import { whyRun } from "../why/why-run.ts";
import { runDiff, type DiffedRun } from "./run-diff.ts";
import { runMoment } from "./run-moment.ts";
import { whatIfOfRuns, type WhatIfOfRun, type WhatIfRequest } from "./what-if.ts";

/** What can be told of runs beyond their rows. It changes nothing. */
export interface Insight {
  /** Why a run stands where it stands. @throws MainspringError RUN_NOT_FOUND */
  why(request: { readonly tenantId: string; readonly runId: string }): Promise<RunWhy>;
  /** A past moment of a run. @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND, JOURNAL_INCOMPLETE */
  at(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly seq: number;
  }): Promise<RunMoment & { readonly lastSeq: number }>;
  /** Where two runs part. @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND, JOURNAL_INCOMPLETE */
  diff(request: {
    readonly tenantId: string;
    readonly a: string;
    readonly b: string;
  }): Promise<RunDiff & { readonly a: DiffedRun; readonly b: DiffedRun }>;
  /** What a draft would have done in the place of recorded runs. @throws MainspringError RUN_NOT_FOUND, JOURNAL_INCOMPLETE */
  whatIf(request: WhatIfRequest): Promise<WhatIfOfRun[]>;
  close(): Promise<void>;
}

export function createInsight(
  options: TemporalPlace & { readonly store: Store; readonly correlationPaths: CorrelationPaths },
): Insight {
  const { store, correlationPaths } = options;
  const client = temporalClient(store, options);
  const parts = { store, client, correlationPaths };
  return {
    why: (request) => whyRun(parts, request),
    at: (request) => runMoment(store, request),
    diff: (request) => runDiff(store, request),
    whatIf: (request) => whatIfOfRuns(store, request),
    close: () => client.connection.close(),
  };
}
