/** What starts a tick: Temporal at a nominal time, or we beside it. */
export interface TickRequest {
  readonly tenantId: string;
  readonly scheduleId: string;
  /** RFC 3339; left out: the time that Temporal meant. */
  readonly nominalAt?: string;
  /** Left out: Temporal's own. */
  readonly kind?: "catch-up" | "backfill";
}

export type TickArgs = TickRequest & { readonly nominalAt: string };

/** What came of it: an outcome of decisions, or that there was nothing to decide. */
export interface TickResult {
  readonly outcome: string;
  readonly runId?: string;
}
