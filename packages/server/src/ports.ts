import type { ErrorCode, Issue, Json, Program, RunDiff, RunMoment, RunWhy, WhatIf } from "@mainspring/core";
import type { TenantDeletionProgress } from "@mainspring/api";
import type { DeletionMode, DeletionProof, TenantDb } from "@mainspring/store";

import type { BulkReport, BulkRequest, RebuildReport, RestartPlan, RestartRequest } from "./recovery-port.ts";

/** What the server needs of Temporal. `@mainspring/runtime/client` is the adapter; `main.ts` picks it. */
export interface Runs {
  /**
   * Accepts a run and tries to start it.
   * @throws MainspringError WORKFLOW_NOT_FOUND, NOT_PUBLISHED, VERSION_NOT_FOUND, TENANT_SUSPENDED, PAYLOAD_INVALID,
   *   IDEMPOTENCY_CONFLICT, RATE_LIMITED, CONCURRENCY_LIMITED, LAUNCH_REFUSED
   */
  start(request: StartRequest): Promise<{ readonly runId: string; readonly status: string; readonly created: boolean }>;
  /** @throws MainspringError RUN_NOT_FOUND, REDACTED_VALUE_IN_PAYLOAD and those of `start` */
  replay(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly payload?: Json;
    readonly idempotencyKey?: string;
    readonly startedBy: string;
  }): Promise<{ readonly runId: string; readonly created: boolean }>;
  /** @throws MainspringError RUN_NOT_FOUND, RUN_ALREADY_ENDED, WORKFLOW_TEMPORAL_CANCEL_FAILED */
  cancel(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly by: string;
    readonly reason?: string;
  }): Promise<{ readonly id: string; readonly status: string; readonly cancelRequestedAt: string }>;
  /**
   * Gives an answer to the run that asked, and says what it did with it.
   * @throws MainspringError TASK_NOT_FOUND, TASK_CLOSED, TASK_CLAIMED, ANSWER_INVALID, UNAVAILABLE
   */
  answerTask(request: {
    readonly tenantId: string;
    readonly taskId: string;
    readonly answer: Json;
    readonly by: string;
    readonly submissionId?: string;
    readonly override?: boolean;
  }): Promise<{ readonly status: "accepted" }>;
  /** Lets a paused run go on despite its tenant's quota. @throws MainspringError RUN_NOT_FOUND, RUN_NOT_PAUSED, WORKFLOW_TEMPORAL_SIGNAL_FAILED */
  quotaResume(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly by: string;
  }): Promise<{ readonly id: string; readonly status: string }>;
  /** @throws MainspringError RUN_NOT_FOUND, STEP_NOT_FOUND, VERSION_NOT_FOUND, RESTART_VERSION_MISFIT, REQUEST_INVALID */
  previewRestart(request: RestartRequest): Promise<RestartPlan>;
  /** @throws MainspringError those of `previewRestart` and `start`, PLAN_CHANGED */
  restartFrom(request: RestartRequest): Promise<{ readonly runId: string; readonly created: boolean }>;
  previewBulk(request: BulkRequest): Promise<BulkReport>;
  /** @throws MainspringError PLAN_CHANGED */
  actInBulk(request: BulkRequest): Promise<BulkReport>;
  /** Restores a run's rows from history. @throws MainspringError RUN_NOT_FOUND, HISTORY_NOT_FOUND */
  rebuild(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly dryRun?: boolean;
  }): Promise<RebuildReport>;
  /**
   * Deletes a tenant, or answers how far that has come by `withinMs`; it goes on then.
   * @throws MainspringError TENANT_NOT_FOUND, TENANT_IN_USE
   */
  deleteTenant(request: {
    readonly tenantId: string;
    readonly mode: DeletionMode;
    readonly graceMs: number;
    readonly by: string;
    readonly withinMs: number;
  }): Promise<DeletionProof | TenantDeletionProgress>;
  /** Describes the execution of a run whose row has ended, and records that its end is confirmed. */
  confirm(request: { readonly tenantId: string; readonly runId: string }): Promise<"confirmed" | "open">;
  ready(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}

/** What can be told of runs beyond their rows; it changes nothing. `@mainspring/runtime/client` is the adapter. */
export interface Insight {
  /** @throws MainspringError RUN_NOT_FOUND */
  why(request: { readonly tenantId: string; readonly runId: string }): Promise<RunWhy>;
  /** @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND, JOURNAL_INCOMPLETE */
  at(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly seq: number;
  }): Promise<RunMoment & { readonly lastSeq: number }>;
  /** @throws MainspringError RUN_NOT_FOUND, ENTRY_NOT_FOUND, JOURNAL_INCOMPLETE */
  diff(request: {
    readonly tenantId: string;
    readonly a: string;
    readonly b: string;
  }): Promise<RunDiff & { readonly a: DiffedRun; readonly b: DiffedRun }>;
  /** What a draft would have done in the place of recorded runs. @throws MainspringError RUN_NOT_FOUND, JOURNAL_INCOMPLETE */
  whatIf(request: {
    readonly tenantId: string;
    readonly workflowKey: string;
    readonly program: Program;
    readonly runIds?: readonly string[];
    readonly limit: number;
  }): Promise<WhatIfOfRun[]>;
  close(): Promise<void>;
}

export interface WhatIfOfRun {
  readonly runId: string;
  readonly version: number | null;
  readonly status: string;
  readonly output: Json | null;
  readonly report: WhatIf;
}

export interface DiffedRun {
  readonly runId: string;
  readonly workflow: string;
  readonly version: number | null;
  readonly definitionHash: string | null;
  readonly status: string;
}

/** A payload in the JSON form of protobuf: bytes as base64. */
export interface CodecPayload {
  readonly metadata?: { readonly [key: string]: string } | undefined;
  readonly data?: string | undefined;
}

/** Spans of requests, and what happens within them. */
export interface RequestTracing {
  /** @param traceparent as the request came with it. Undefined: nobody collects traces, and none came */
  begin(traceparent: string | undefined, name: string): OpenSpan | undefined;
  within(span: OpenSpan, work: () => void): void;
}

interface OpenSpan {
  readonly trace: { readonly traceId: string; readonly spanId: string; readonly sampled: boolean };
  end(outcome: { readonly attributes?: Readonly<Record<string, string | number>>; readonly error?: string }): void;
}

/** Temporal's remote codec, for one tenant's payloads. */
export interface RemoteCodec {
  /** @throws MainspringError FORBIDDEN for a payload of another tenant, PAYLOAD_NOT_DECODED */
  decode(tenantId: string, payloads: readonly CodecPayload[]): Promise<DecodedPayload[]>;
  /** @throws MainspringError FORBIDDEN for a payload of another tenant */
  encode(tenantId: string, payloads: readonly CodecPayload[]): Promise<DecodedPayload[]>;
}

export type DecodedPayload = { metadata?: { [key: string]: string }; data?: string };

export interface StartRequest {
  readonly tenantId: string;
  readonly workflowKey: string;
  readonly version?: number;
  readonly payload: Json;
  readonly trigger?: Json;
  readonly idempotencyKey?: string;
  readonly startedBy: string;
  /** Written with the new run's row, in its transaction. */
  readonly alongside?: (db: TenantDb, run: { readonly runId: string }) => Promise<void>;
}

/** Says when a run's journal has grown. */
export interface JournalFeed {
  /**
   * Calls `onGrowth` whenever the run may have new entries: upon a notification, and every second in case one was lost.
   * The returned function ends it.
   */
  watch(runId: string, onGrowth: () => void): () => void;
  close(): Promise<void>;
}

/** What the deployed engine cannot perform yet; publishing refuses it. */
export interface Unsupported {
  readonly stepTypes: readonly string[];
  readonly fields: readonly string[];
  readonly values?: readonly ("secret" | "business")[];
}

/** By event name or `*`: payload paths at which an event's correlation key is found. */
export type CorrelationPaths = { readonly [event: string]: readonly string[] };

/** An event on its way in. */
export interface InboundMessage {
  readonly source: string;
  /** The producer's. */
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  readonly correlationKey?: string | number;
  readonly runId?: string;
  readonly userId?: string;
  /** What of it could not be kept as it came: `<pointer> <code>` each. */
  readonly adjusted?: readonly string[];
}

/** Why an event was refused, with pointers into it; `eventId`, ours, of the one that has its id already. */
export interface AcceptanceProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly issues: readonly Issue[];
  readonly eventId?: string;
}

/** The one way into the inbox. */
export interface Acceptance {
  /** Receipts in the order of the events; or the first problem, upon which the caller rolls its transaction back. */
  acceptTogether(
    db: TenantDb,
    events: readonly InboundMessage[],
  ): Promise<
    | { readonly receipts: readonly { readonly eventId: string; readonly duplicate: boolean }[] }
    | { readonly position: number; readonly problem: AcceptanceProblem }
  >;
  /** Writes down that somebody sent another event under an id that is taken. */
  noteConflict(db: TenantDb, problem: AcceptanceProblem, actor: string): Promise<void>;
}
