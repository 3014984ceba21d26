import { instantFromMs, taskQueue, workflowIdOf } from "@mainspring/core";
import type { ActivityFact, ExecutionFact, Instant, QueueFact, WorkflowTaskFact } from "@mainspring/core";
import type { Client } from "@temporalio/client";
import proto, { type temporal } from "@temporalio/proto";
import { isNotFound, messageOf } from "../temporal/grpc.ts";

type History = temporal.api.history.v1.IHistoryEvent;
type Timestamp = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

/** Whoever asks why waits for the answer. */
const askWithinMs = 2_000;
const eventsBack = 20;

export type ExecutionAnswer =
  | { readonly result: "described"; readonly execution: ExecutionFact }
  | { readonly result: "unreachable"; readonly reason: string };

/** What Temporal knows of a run's execution: its tasks, its activities, how it ended. */
export async function executionFacts(client: Client, runId: string): Promise<ExecutionAnswer> {
  const execution = { workflowId: workflowIdOf(runId) };
  const namespace = client.options.namespace;
  try {
    return await client.withDeadline(Date.now() + askWithinMs, async () => {
      const described = await client.workflowService.describeWorkflowExecution({ namespace, execution });
      const info = described.workflowExecutionInfo;
      const status = statusName(info?.status);
      const task = described.pendingWorkflowTask ?? undefined;
      const isClosed = status !== "RUNNING";
      const back =
        isClosed || Number(task?.attempt ?? 1) > 1
          ? ((
              await client.workflowService.getWorkflowExecutionHistoryReverse({
                namespace,
                execution: { ...execution, runId: info?.execution?.runId ?? "" },
                maximumPageSize: eventsBack,
              })
            ).history?.events ?? [])
          : [];
      return {
        result: "described",
        execution: {
          status,
          ...optional("closedAt", instantOf(info?.closeTime)),
          ...(isClosed ? howItClosed(back) : {}),
          ...(described.workflowExtendedInfo?.cancelRequested === true ? { cancelRequested: true as const } : {}),
          historyLength: Number(info?.historyLength ?? 0),
          historyBytes: Number(info?.historySizeBytes ?? 0),
          ...optional("workflowTask", task === undefined ? undefined : workflowTaskFact(task, back)),
          activities: (described.pendingActivities ?? []).map(activityFact),
        },
      };
    });
  } catch (error) {
    if (isNotFound(error))
      return {
        result: "described",
        execution: { status: "NOT_FOUND", historyLength: 0, historyBytes: 0, activities: [] },
      };
    return { result: "unreachable", reason: messageOf(error) };
  }
}

/** Who polls the queue of authored runs, and what stands in it. @throws when Temporal cannot be reached */
export async function queueFacts(client: Client): Promise<{
  readonly name: string;
  readonly workflow: QueueFact;
  readonly activity: QueueFact;
}> {
  const { TaskQueueType } = proto.temporal.api.enums.v1;
  const [workflow, activity] = await client.withDeadline(Date.now() + askWithinMs, () =>
    Promise.all([
      queueFact(client, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
      queueFact(client, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    ]),
  );
  return { name: taskQueue, workflow, activity };
}

async function queueFact(client: Client, taskQueueType: temporal.api.enums.v1.TaskQueueType): Promise<QueueFact> {
  const described = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
    reportStats: true,
  });
  const stats = described.stats;
  return {
    pollers: (described.pollers ?? []).flatMap(({ identity, lastAccessTime }) => {
      const lastAccessAt = instantOf(lastAccessTime);
      return lastAccessAt === undefined ? [] : [{ identity: identity ?? "", lastAccessAt }];
    }),
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    backlogAgeMs: durationMs(stats?.approximateBacklogAge) ?? 0,
    dispatchRate: stats?.tasksDispatchRate ?? 0,
  };
}

function workflowTaskFact(
  task: temporal.api.workflow.v1.IPendingWorkflowTaskInfo,
  back: readonly History[],
): WorkflowTaskFact {
  const isStarted =
    task.state === proto.temporal.api.enums.v1.PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED;
  return {
    isStarted,
    scheduledAt: instantOf(task.scheduledTime) ?? instantFromMs(0),
    ...optional("startedAt", isStarted ? instantOf(task.startedTime) : undefined),
    attempt: Number(task.attempt ?? 1),
    ...optional("lastFailure", lastFailure(back)),
  };
}

/** The failure of the task that is tried again now; a task that has completed since makes it void. */
function lastFailure(back: readonly History[]): WorkflowTaskFact["lastFailure"] {
  for (const event of back) {
    if (event.workflowTaskCompletedEventAttributes) return undefined;
    const failed = event.workflowTaskFailedEventAttributes;
    if (!failed) continue;
    return {
      message: failed.failure?.message ?? "no message",
      cause: (proto.temporal.api.enums.v1.WorkflowTaskFailedCause[failed.cause ?? 0] ?? "")
        .replace("WORKFLOW_TASK_FAILED_CAUSE_", "")
        .toLowerCase(),
      at: instantOf(event.eventTime) ?? instantFromMs(0),
      ...optional("worker", failed.identity || undefined),
    };
  }
  return undefined;
}

function howItClosed(back: readonly History[]): Pick<ExecutionFact, "closedBy" | "closeReason"> {
  const terminated = back[0]?.workflowExecutionTerminatedEventAttributes;
  return {
    ...optional("closedBy", terminated?.identity || undefined),
    ...optional("closeReason", terminated?.reason || undefined),
  };
}

function activityFact(info: temporal.api.workflow.v1.IPendingActivityInfo): ActivityFact {
  const isStarted = info.state !== proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
  const options = info.activityOptions;
  const failure = info.lastFailure;
  return {
    number: Number(info.activityId ?? 0),
    name: info.activityType?.name ?? "",
    isStarted,
    attempt: Number(info.attempt ?? 1),
    ...optional(
      "dueAt",
      isStarted ? undefined : (instantOf(info.nextAttemptScheduleTime) ?? instantOf(info.scheduledTime)),
    ),
    ...optional("startedAt", isStarted ? instantOf(info.lastStartedTime) : undefined),
    ...optional("heartbeatAt", isStarted ? heartbeatSince(info) : undefined),
    ...optional("heartbeatTimeoutMs", durationMs(options?.heartbeatTimeout)),
    ...optional("timeoutMs", durationMs(options?.startToCloseTimeout)),
    ...optional("worker", isStarted ? info.lastWorkerIdentity || undefined : undefined),
    ...optional(
      "lastFailure",
      failure
        ? {
            kind: failure.timeoutFailureInfo ? ("timeout" as const) : ("error" as const),
            type: failure.applicationFailureInfo?.type || (failure.timeoutFailureInfo ? "TimeoutError" : "Error"),
            message: failure.message ?? "",
          }
        : undefined,
    ),
  };
}

/** The last heartbeat of this attempt: one of an attempt before it says nothing of its worker. */
function heartbeatSince(info: temporal.api.workflow.v1.IPendingActivityInfo): Instant | undefined {
  const heartbeat = instantOf(info.lastHeartbeatTime);
  const started = instantOf(info.lastStartedTime);
  return heartbeat === undefined || (started !== undefined && heartbeat < started) ? undefined : heartbeat;
}

function statusName(status: temporal.api.enums.v1.WorkflowExecutionStatus | null | undefined): string {
  const name = proto.temporal.api.enums.v1.WorkflowExecutionStatus[status ?? 0] ?? "";
  return name.replace("WORKFLOW_EXECUTION_STATUS_", "");
}

function instantOf(time: Timestamp): Instant | undefined {
  if (time === null || time === undefined) return undefined;
  const ms = Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6);
  return ms <= 0 ? undefined : instantFromMs(ms);
}

function durationMs(duration: Timestamp): number | undefined {
  if (duration === null || duration === undefined) return undefined;
  return Number(duration.seconds ?? 0) * 1_000 + Math.floor((duration.nanos ?? 0) / 1e6);
}

/** A member, or none: facts leave out what is not known. */
function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
