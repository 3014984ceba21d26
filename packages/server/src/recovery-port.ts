import type { Json } from "@mainspring/core";
import type { RebuildDifference, RunFilter, RunSummary, TenantDb } from "@mainspring/store";

/** What the server asks of the launcher, and of the replay of histories, for what is done about runs afterwards. */
export interface RestartRequest {
  readonly tenantId: string;
  readonly runId: string;
  readonly stepPath: string;
  readonly iteration?: readonly number[];
  readonly version?: number;
  readonly reason: string;
  readonly reuse?: readonly string[];
  readonly offerEvents?: boolean;
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

export interface PlannedInvocation extends PlannedStep {
  readonly kind: "action";
  readonly invocationId: string;
  readonly action: string;
  readonly effect: string;
  readonly finishedAt: string | null;
  readonly authoredKey: boolean;
  readonly output: Json;
}

export interface PlannedChild extends PlannedStep {
  readonly kind: "child";
  readonly runId: string;
  readonly workflow: string;
}

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
  readonly planHash?: string;
  readonly idempotencyKey?: string;
  readonly by: string;
  /** Those of the runs that a search may be seen to find; left out: all of them. */
  readonly visible?: (db: TenantDb, runs: readonly RunSummary[]) => Promise<readonly RunSummary[]>;
}

export interface BulkReport {
  readonly action: "cancel" | "replay" | "delete";
  readonly planHash: string;
  readonly expiresAt: string;
  readonly count: number;
  readonly more: boolean;
  readonly items: readonly {
    readonly runId: string;
    readonly workflow: string;
    readonly status: string;
    readonly result: "planned" | "done" | "skipped" | "failed";
    readonly code?: string;
    readonly newRunId?: string;
  }[];
}

export interface RebuildReport {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly executions: number;
  readonly entries: number;
  readonly differences: readonly RebuildDifference[];
  readonly repaired: boolean;
}
