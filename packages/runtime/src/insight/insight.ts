import type { Store } from "@mainspring/store";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { temporalClient, type TemporalPlace } from "../temporal/connect.ts";
import { whyRun } from "../why/why-run.ts";
import { runDiff } from "./run-diff.ts";
import { runMoment } from "./run-moment.ts";
import { whatIfOfRuns } from "./what-if.ts";

type RequestOf<F extends (place: never, request: never) => unknown> = Parameters<F>[1];

/** What can be told of runs beyond their rows. It changes nothing. */
export function createInsight(
  options: TemporalPlace & { readonly store: Store; readonly correlationPaths: CorrelationPaths },
) {
  const { store, correlationPaths } = options;
  const client = temporalClient(store, options);
  const parts = { store, client, correlationPaths };
  return {
    why: (request: RequestOf<typeof whyRun>) => whyRun(parts, request),
    at: (request: RequestOf<typeof runMoment>) => runMoment(store, request),
    diff: (request: RequestOf<typeof runDiff>) => runDiff(store, request),
    whatIf: (request: RequestOf<typeof whatIfOfRuns>) => whatIfOfRuns(store, request),
    close: (): Promise<void> => client.connection.close(),
  };
}
