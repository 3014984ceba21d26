import type { Json } from "@mainspring/core";
import type { RebuildDifference, RunFilter, RunSummary, TenantDb } from "@mainspring/store";

// What `Runs` takes and gives where runs are restarted, acted on in bulk or rebuilt.

/** Begins a new run at a step execution of an earlier one. */
export interface RestartRequest {
  readonly tenantId: string;
  readonly runId: string;
  readonly stepPath: string;
  /** Left out: the step's last execution. */
  readonly iteration?: readonly number[];
  /** Left out: the run's own. */
  readonly version?: number;
  readonly reason: string;
  /** Ids of invocations whose results are taken over instead of calling again. */
  readonly reuse?: readonly string[];
  /** Whether events that the earlier run took from that point on are offered to the new one; left out: yes. */
  readonly offerEvents?: boolean;
  /** Of the preview: PLAN_CHANGED where it would differ now. */
  readonly planHash?: string;
  readonly idempotencyKey?: string;
  readonly startedBy: string;
}

interface PlannedStep {
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly status: string;
}

/** An action call that the earlier run made at that point or later. */
export interface PlannedInvocation extends PlannedStep {
  readonly kind: "action";
  readonly invocationId: string;
  readonly action: string;
  readonly effect: string;
  readonly finishedAt: string | null;
  /** Its idempotency key is the author's, and so the same in any run: its result is reused whatever is asked for. */
  readonly authoredKey: boolean;
  readonly output: Json;
}

/** A child run that was started at that point or later. */
export interface PlannedChild extends PlannedStep {
  readonly kind: "child";
  readonly runId: string;
  readonly workflow: string;
}

/** What a restart would take over and what it would do again. */
export interface RestartPlan {
  readonly planHash: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly version: number;
  readonly reuse: readonly PlannedInvocation[];
  readonly repeat: readonly (PlannedInvocation | PlannedChild)[];
  readonly offeredEvents: readonly {
    readonly eventId: string;
    readonly id: string;
    readonly name: string;
    readonly source: string;
    readonly correlationKey: string | null;
    readonly receivedAt: string;
  }[];
}

export interface BulkRequest {
  readonly tenantId: string;
  readonly action: "cancel" | "replay" | "delete";
  readonly filter: RunFilter;
  readonly reason?: string;
  /** The plan of a preview: the runs that it listed and no others are touched. */
  readonly planHash?: string;
  /** For a request without a plan: repeated with the same key, it touches the same runs again and no others. */
  readonly idempotencyKey?: string;
  readonly by: string;
  /**
   * Which of the runs found the caller may know to match: a filter that matches a masked value would confirm it. Left out: all of them.
   */
  readonly visible?: (db: TenantDb, runs: readonly RunSummary[]) => Promise<readonly RunSummary[]>;
}

export interface BulkReport {
  readonly action: "cancel" | "replay" | "delete";
  readonly planHash: string;
  /** Until then the plan can be carried out. */
  readonly expiresAt: string;
  /** How many were, or would be, acted upon. */
  readonly count: number;
  /** More runs match than one request takes: ask again. */
  readonly more: boolean;
  readonly items: readonly {
    readonly runId: string;
    readonly workflow: string;
    readonly status: string;
    readonly result: "planned" | "done" | "skipped" | "failed";
    /** Why nothing happened to a run that was skipped or failed. */
    readonly code?: string;
    /** Of a replay: the new run. */
    readonly newRunId?: string;
  }[];
}

/** How the rows of a run differ from what its histories say. */
export interface RebuildReport {
  readonly runId: string;
  readonly dryRun: boolean;
  /** Executions of the chain that were replayed. */
  readonly executions: number;
  /** Journal entries that they make. */
  readonly entries: number;
  readonly differences: readonly RebuildDifference[];
  readonly repaired: boolean;
}
