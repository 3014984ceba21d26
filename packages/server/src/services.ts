import type { CatalogueEntry } from "@mainspring/actions/catalogue";
import type { Schedules } from "@mainspring/runtime/client";
import type { Store } from "@mainspring/store";
import type { ServerMetrics } from "./http/metrics.ts";
import type { Redaction } from "./present/redaction.ts";
import type { Acceptance, CorrelationPaths, Insight, JournalFeed, RemoteCodec, Runs, Unsupported } from "./ports.ts";

/** What handlers work with. */
export interface Services {
  readonly store: Store;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly insight: Insight;
  readonly codec: RemoteCodec;
  readonly feed: JournalFeed;
  readonly catalogue: readonly CatalogueEntry[];
  readonly unsupported: Unsupported;
  readonly correlationPaths: CorrelationPaths;
  readonly acceptance: Acceptance;
  readonly metrics: ServerMetrics;
  /** Everything that shows values of runs goes through it. */
  readonly redaction: Redaction;
  /** Aborted when the server shuts down. */
  readonly shutdown: AbortSignal;
}
