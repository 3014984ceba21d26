/** Names that producers, workers and Temporal must agree on. Constants: no environment variable overrides them. */
export const taskQueue = "workflow-runtime-v2";
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

const workflowIdPrefix = "workflow-runtime-v2:run:";

/** The Temporal workflow id of a run: one run, one execution chain. */
export function workflowIdOf(runId: string): string {
  return workflowIdPrefix + runId;
}

/** The run id inside a workflow id of ours; undefined for a foreign one. */
export function runIdOf(workflowId: string): string | undefined {
  return workflowId.startsWith(workflowIdPrefix) ? workflowId.slice(workflowIdPrefix.length) : undefined;
}
