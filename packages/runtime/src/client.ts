// What the server needs of the runtime: it starts, replays and cancels runs, and never loads the worker.
import { MainspringError, unsupportedSteps } from "@mainspring/core";
import type { DeletionProof, Store } from "@mainspring/store";
import { actInBulk, previewBulk, type BulkReport, type BulkRequest } from "./launcher/bulk.ts";
import { cancelRun, type CancelAnswer } from "./launcher/cancel.ts";
import { FairGate } from "./launcher/fair-gate.ts";
import { FairStarts } from "./launcher/fair-starts.ts";
import { launch, type Launched, type LaunchRequest } from "./launcher/launch.ts";
import { replay, type ReplayRequest } from "./launcher/replay.ts";
import { deleteTenant, type DeletionUnderWay, type TenantDeletionRequest } from "./launcher/tenant-deletion.ts";
import type { RestartPlan } from "./launcher/restart-plan.ts";
import { previewRestart, restartFrom, type RestartRequest } from "./launcher/restart.ts";
import type { StreamSettings } from "./stream/settings.ts";
import { resumeDespiteQuota } from "./quotas/quota-resume.ts";
import { answerTask, type AnswerRequest } from "./tasks/answer-task.ts";
import { confirmRun } from "./reconciler/confirm.ts";
import { rebuildInProcess, rebuildWithinMs } from "./rebuild/rebuild-process.ts";
import type { RebuildReport } from "./rebuild/report.ts";
import { temporalClient, type TemporalPlace } from "./temporal/connect.ts";
import { messageOf } from "./temporal/grpc.ts";

export type { BulkAction, BulkItem, BulkReport, BulkRequest } from "./launcher/bulk.ts";
export type { CancelAnswer } from "./launcher/cancel.ts";
export type { Launched, LaunchRequest } from "./launcher/launch.ts";
export type { PlannedChild, PlannedInvocation, RestartPlan } from "./launcher/restart-plan.ts";
export type { RebuildReport } from "./rebuild/report.ts";
export type { RestartRequest } from "./launcher/restart.ts";
export type { AnswerRequest } from "./tasks/answer-task.ts";
export { createSchedules, type Schedules } from "./schedules/schedules.ts";
export { createScheduleClient } from "./schedules/create-schedule-client.ts";
export type { TemporalSchedules } from "./schedules/temporal-schedules.ts";
export { createInsight } from "./insight/insight.ts";
export type { TemporalPlace } from "./temporal/connect.ts";
export type { CorrelationPaths } from "./ingestion/correlation.ts";
export { correlationPathsFromEnvironment } from "./ingestion/correlation.ts";
export { openEventPublisher, publishWorkflowEvent, type EventPublisher } from "./stream/publish.ts";
export { streamDefaults, streamFromEnvironment, type StreamSettings } from "./stream/settings.ts";
export type { WorkflowEvent } from "./stream/message.ts";
export { backlogFromEnvironment, createBacklogGate, type BacklogGate } from "./ingestion/backlog.ts";
export { acceptInbound, acceptTogether, createAcceptance, noteConflict } from "./ingestion/accept.ts";
export type { Acceptance, AcceptanceProblem, InboundMessage, Receipt } from "./ingestion/accept.ts";
export { createRemoteCodec } from "./temporal/create-remote-codec.ts";
export type { JsonPayload, RemoteCodec } from "./codec/remote-codec.ts";
export { temporalFromEnvironment } from "./temporal/connect.ts";
export { configureTracing, flushTraces, requestTracing } from "./tracing/tracing.ts";
export type { RequestTracing } from "./tracing/tracing.ts";
export { prepareNamespace } from "./temporal/prepare-namespace.ts";

/** Step types and fields that the deployed engine cannot perform; publishing refuses them. */
export const unsupported: {
  readonly stepTypes: readonly string[];
  readonly fields: readonly string[];
  readonly values: readonly ("secret" | "business")[];
} = { ...unsupportedSteps, values: [] };

/** Runs as the server sees them: everything that concerns Temporal. */
export interface Runs {
  /**
   * @throws MainspringError WORKFLOW_NOT_FOUND, NOT_PUBLISHED, VERSION_NOT_FOUND, TENANT_SUSPENDED, PAYLOAD_INVALID,
   *   IDEMPOTENCY_CONFLICT, RATE_LIMITED, CONCURRENCY_LIMITED, LAUNCH_REFUSED
   */
  start(request: LaunchRequest): Promise<Launched>;
  /** @throws MainspringError RUN_NOT_FOUND, REDACTED_VALUE_IN_PAYLOAD and those of `start` */
  replay(request: ReplayRequest): Promise<Launched>;
  /** @throws MainspringError RUN_NOT_FOUND, STEP_NOT_FOUND, VERSION_NOT_FOUND, RESTART_VERSION_MISFIT, REQUEST_INVALID */
  previewRestart(request: RestartRequest): Promise<RestartPlan>;
  /** @throws MainspringError those of `previewRestart` and `start`, PLAN_CHANGED */
  restartFrom(request: RestartRequest): Promise<Launched>;
  previewBulk(request: BulkRequest): Promise<BulkReport>;
  /** @throws MainspringError PLAN_CHANGED */
  actInBulk(request: BulkRequest): Promise<BulkReport>;
  /** @throws MainspringError RUN_NOT_FOUND, RUN_ALREADY_ENDED, WORKFLOW_TEMPORAL_CANCEL_FAILED */
  cancel(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly by: string;
    readonly reason?: string;
  }): Promise<CancelAnswer>;
  /** Lets a paused run go on despite its tenant's quota. @throws MainspringError RUN_NOT_FOUND, RUN_NOT_PAUSED, WORKFLOW_TEMPORAL_SIGNAL_FAILED */
  quotaResume(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly by: string;
  }): Promise<{ readonly id: string; readonly status: string }>;
  /** @throws MainspringError TASK_NOT_FOUND, TASK_CLOSED, TASK_CLAIMED, ANSWER_INVALID, UNAVAILABLE */
  answerTask(request: AnswerRequest): Promise<{ readonly status: "accepted" }>;
  /** @throws MainspringError RUN_NOT_FOUND, HISTORY_NOT_FOUND */
  rebuild(request: {
    readonly tenantId: string;
    readonly runId: string;
    readonly dryRun?: boolean;
  }): Promise<RebuildReport>;
  /** @throws MainspringError TENANT_NOT_FOUND, TENANT_IN_USE */
  deleteTenant(request: TenantDeletionRequest): Promise<DeletionProof | DeletionUnderWay>;
  /** Describes the execution: an end counts once it is seen closed. */
  confirm(request: { readonly tenantId: string; readonly runId: string }): Promise<"confirmed" | "open">;
  ready(): Promise<{ readonly ok: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}

const readyWithinMs = 2_000;

export function createRunClient(
  options: TemporalPlace & {
    readonly store: Store;
    readonly workflowTaskTimeoutMs?: number;
    /** Where tenants' streams of events are; left out: there are none. */
    readonly stream?: StreamSettings;
    /** Of the process that replays a history: database, keys and Temporal as a worker has them. */
    readonly rebuildEnv?: NodeJS.ProcessEnv;
  },
): Runs {
  const { store, workflowTaskTimeoutMs } = options;
  const client = temporalClient(store, options);
  const parts = { store, client, ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeoutMs }) };
  const starts = new FairStarts();
  // Each is a process with a worker's library in it, some hundred megabytes.
  const rebuilds = new FairGate({ perTenant: 1, total: 2, placeMs: () => rebuildWithinMs });
  return {
    start: (request) => starts.run(request.tenantId, () => launch(parts, request)),
    replay: (request) => starts.run(request.tenantId, () => replay(parts, request)),
    previewRestart: (request) => previewRestart(parts, request),
    restartFrom: (request) => starts.run(request.tenantId, () => restartFrom(parts, request)),
    previewBulk: (request) => previewBulk(parts, request),
    actInBulk: (request) => actInBulk({ ...parts, starts }, request),
    cancel: (request) => cancelRun(parts, request),
    quotaResume: (request) => resumeDespiteQuota(parts, request),
    answerTask: (request) => answerTask(parts, request),
    async rebuild(request) {
      if (options.rebuildEnv === undefined)
        throw new MainspringError(
          "UNAVAILABLE",
          {},
          "this process was not told how to start one that replays histories",
        );
      const { rebuildEnv } = options;
      return rebuilds.run(request.tenantId, () => rebuildInProcess(rebuildEnv, request));
    },
    deleteTenant: (request) =>
      deleteTenant({ ...parts, ...(options.stream === undefined ? {} : { stream: options.stream }) }, request),
    confirm: (request) => confirmRun(parts, request),
    async ready() {
      try {
        await client.withDeadline(Date.now() + readyWithinMs, () =>
          client.workflowService.describeNamespace({ namespace: options.namespace }),
        );
        return { ok: true };
      } catch (error) {
        return {
          ok: false,
          reason: `Temporal at ${options.address}, namespace ${options.namespace}: ${messageOf(error)}`,
        };
      }
    },
    close: () => client.connection.close(),
  };
}
