/** Names that producers, workers and Temporal must agree on. Constants: no environment variable overrides them. */
export const taskQueue = "workflow-runtime-v2";
/** Not a run: a schedule starts it, and its activity decides what comes of one nominal time. */
export const scheduleTickType = "workflowRuntimeV2ScheduleTick";
export const runWorkflowType = "workflowRuntimeV2RunWorkflow";
export const eventSignal = "workflowRuntimeV2Event";
export const humanTaskSignal = "workflowRuntimeV2HumanTask";
/** An answer to a task, replied to with what the run did with it; its update id names task and submission. */
export const answerTaskUpdate = "workflowRuntimeV2AnswerTask";
/** What an answer is as an event: its key is the task's id. */
export const taskCompletedEvent = "human.task.completed";
export const quotaResumeSignal = "workflowRuntimeV2QuotaResume";
export const currentStepQuery = "workflowRuntimeV2CurrentStep";
export const currentWaitQuery = "workflowRuntimeV2CurrentWait";
export const summaryQuery = "workflowRuntimeV2InterpreterSummary";
/** Keyword search attributes of runs, set where the namespace has them. */
export const tenantAttribute = "MainspringTenantId";
export const workflowAttribute = "MainspringWorkflow";

/** Of the executions that ticks are; Temporal appends the nominal time. No run's id begins so. */
export const tickIdPrefix = "workflow-runtime-v2:schedule-tick:";
const scheduleIdPrefix = "workflow-runtime-v2:schedule:";

/** The id of the Temporal Schedule that stands for a schedule. */
export function temporalScheduleIdOf(tenantId: string, scheduleId: string): string {
  return `${scheduleIdPrefix}${tenantId}:${scheduleId}`;
}

/** Whose a Temporal Schedule is; undefined for a foreign one. */
export function scheduleOfTemporalId(
  temporalScheduleId: string,
): { readonly tenantId: string; readonly scheduleId: string } | undefined {
  if (!temporalScheduleId.startsWith(scheduleIdPrefix)) return undefined;
  const [tenantId, scheduleId, ...rest] = temporalScheduleId.slice(scheduleIdPrefix.length).split(":");
  return tenantId === undefined || scheduleId === undefined || rest.length > 0 ? undefined : { tenantId, scheduleId };
}

const workflowIdPrefix = "workflow-runtime-v2:run:";

/** The Temporal workflow id of a run: one run, one execution chain. */
export function workflowIdOf(runId: string): string {
  return workflowIdPrefix + runId;
}

/** The run id inside a workflow id of ours; undefined for a foreign one. */
export function runIdOf(workflowId: string): string | undefined {
  return workflowId.startsWith(workflowIdPrefix) ? workflowId.slice(workflowIdPrefix.length) : undefined;
}
