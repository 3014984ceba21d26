import type { Instant } from "../../interpreter/transition.ts";
import type { Json } from "../../values/json.ts";

/** In the order in which they are told: the first that is true leads. */
export const causeNames = [
  "start-not-relayed",
  "start-refused",
  "no-worker",
  "backlog",
  "workflow-task-failing",
  "workflow-task-slow",
  "action-retrying",
  "action-running",
  "action-lost",
  "action-unknown-outcome",
  "waiting-event",
  "event-correlation-missing",
  "event-delivery-failing",
  "waiting-time",
  "waiting-task",
  "task-answer-refused",
  "waiting-child",
  "waiting-branches",
  "window-full",
  "quota-paused",
  "concurrency-limited",
  "over-limit",
  "workflow-paused",
  "compensating",
  "cancel-requested",
  "failed",
  "ended-outside",
  "projection-behind",
  "ended",
  "unknown",
] as const;
export type CauseName = (typeof causeNames)[number];

/** One piece of what an answer stands on. */
export interface Evidence {
  /** Such as `pollers`, `attempts`, `near-miss`. */
  readonly kind: string;
  /** For people. */
  readonly text: string;
  readonly data?: Json;
}

/** One true cause. */
export interface Cause {
  readonly cause: CauseName;
  /** For people, with the values of this run. */
  readonly sentence: string;
  readonly since: Instant | null;
  readonly evidence: readonly Evidence[];
  readonly remedy: string;
  /** When something happens by itself: the next try, the end of a wait. */
  readonly next?: Instant;
}

/** The first true cause, with the others. */
export interface RunWhy extends Cause {
  readonly also: readonly Cause[];
  readonly asOf: Instant;
}

/** A cause, and the step executions that it is about; what holds these is told as part of a cause that covers them. */
export interface FoundCause extends Cause {
  readonly executions?: readonly number[];
  /** Something is wrong: it leads whatever else covers its step. */
  readonly isTrouble?: true;
}

/** A cause that tells of others: what it covers is told as part of it, and does not lead. */
export interface CoveringCause {
  readonly cause: FoundCause;
  covers(other: FoundCause): boolean;
}
