/** By it an older writer cannot overwrite a newer one. Compared in this order: epoch, ordinal, historyLength. */
export interface Fence {
  /** Rises when Temporal was reset to an earlier point. */
  readonly epoch: number;
  /** Number of the execution in the run's chain. */
  readonly ordinal: number;
  /** Events in the history when the writer's workflow task began. */
  readonly historyLength: number;
}

/** Negative when `a` is the older, 0 when they are equal. */
export function compareFences(a: Fence, b: Fence): number {
  return a.epoch - b.epoch || a.ordinal - b.ordinal || a.historyLength - b.historyLength;
}
