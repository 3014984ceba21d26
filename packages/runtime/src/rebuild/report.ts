import type { RebuildDifference } from "@mainspring/store";

export interface RebuildReport {
  readonly runId: string;
  readonly dryRun: boolean;
  /** Histories that were replayed. */
  readonly executions: number;
  readonly entries: number;
  readonly differences: readonly RebuildDifference[];
  readonly repaired: boolean;
}
