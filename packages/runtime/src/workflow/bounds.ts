/** When an execution makes room for the next one, and how long the shell waits. A worker hands them to a run at its start; tests lower them. */
export interface Bounds {
  /** Continue as new after so many steps that are neither pure nor local, */
  readonly remoteSteps: number;
  /** so many steps in all, */
  readonly steps: number;
  /** or so many signals. */
  readonly signals: number;
  /** From here on new calls are held back until nothing is in flight. */
  readonly holdEvents: number;
  /** Here the run fails with HISTORY_BUDGET. */
  readonly historyEvents: number;
  /** Entries that one action call carries; more are flushed first. */
  readonly carriedEntries: number;
  /** After so many yields in a row the shell waits on a timer, so that signals and cancels come in. */
  readonly yieldsPerTimer: number;
  /** A lost worker is noticed within this time. */
  readonly heartbeatTimeoutMs: number;
}

export const defaultBounds: Bounds = {
  remoteSteps: 250,
  steps: 5_000,
  signals: 2_000,
  holdEvents: 12_000,
  historyEvents: 40_000,
  carriedEntries: 200,
  yieldsPerTimer: 20,
  heartbeatTimeoutMs: 10_000,
};

/** What an activity may take beyond the action's own limit, which our wrapper enforces. */
export const activityGraceMs = 5_000;
/** A local activity that only writes. */
export const flushTimeoutMs = 60_000;
/** Tries of a local flush before an ordinary activity with unlimited tries takes over. */
export const flushTries = 5;
export const segmentTimeoutMs = 30_000;
/** An ordinary activity that writes: it may outlive a long outage of the database. */
export const durableFlushTimeoutMs = 120_000;
