import type { Instant } from "../../interpreter/transition.ts";
import { instantMs } from "../../time/instant.ts";
import type { Evidence, FoundCause } from "./cause.ts";
import type { QueueFact, RunFacts, WorkflowTaskFact } from "./facts.ts";
import { betweenMs, counted, durationText, endsSentence, momentText } from "./text.ts";

/** A task that is due is taken at once where somebody polls; only after so long is it late. */
export const lateAfterMs = 1_500;
// A workflow task goes first to the worker that had the run, and only after the sticky timeout (10 s) into the queue that all poll.
const stickyAfterMs = 12_000;
const slowTaskMs = 1_000;

/** What keeps the engine from taking this run up: no worker, too few, or one that cannot go on. */
export function workerCauses(facts: RunFacts): FoundCause[] {
  const task = facts.execution?.status === "RUNNING" ? facts.execution.workflowTask : undefined;
  return [
    ...untaken(facts),
    ...(task === undefined ? [] : [...unanswered(facts, task), ...failing(facts, task), ...slow(facts, task)]),
  ];
}

interface Due {
  readonly what: "a workflow task" | "an action";
  readonly since: Instant;
  readonly queue: QueueFact;
  /** Whether it certainly stands in the queue that every worker polls. */
  readonly isShared: boolean;
}

function untaken(facts: RunFacts): FoundCause[] {
  const due = oldestDue(facts);
  if (due === undefined) return [];
  const { now, queues } = facts;
  const lastAccess = latest(due.queue.pollers.map(({ lastAccessAt }) => lastAccessAt));
  const asked = lastAccess !== undefined && instantMs(lastAccess) >= instantMs(due.since);
  const evidence = queueEvidence(facts, due, lastAccess);
  if (asked || facts.answeredInMs !== undefined) return [backlog(facts, due, evidence)];
  if (!due.isShared) return [];
  const name = queues?.name ?? "";
  const since = lastAccess === undefined ? "for 5 minutes at least" : `since ${momentText(lastAccess, now)}`;
  return [
    {
      cause: "no-worker",
      sentence: `No worker has asked for work on ${name} ${since}, and ${due.what} is due since ${momentText(due.since, now)}.`,
      since: due.since,
      evidence,
      remedy: "Start a worker, or look why those that run cannot reach Temporal.",
      isTrouble: true,
    },
  ];
}

/** Taken, by a worker that is held or stalled: it neither answers nor asks for more. */
function unanswered(facts: RunFacts, task: WorkflowTaskFact): FoundCause[] {
  const { now, queues, unansweredMs } = facts;
  const { startedAt } = task;
  if (!task.isStarted || startedAt === undefined || queues === undefined || unansweredMs === undefined) return [];
  const lastAccess = latest(queues.workflow.pollers.map(({ lastAccessAt }) => lastAccessAt));
  const since = lastAccess === undefined ? "for 5 minutes at least" : `since ${momentText(lastAccess, now)}`;
  return [
    {
      cause: "no-worker",
      sentence: `No worker has asked for work on ${queues.name} ${since}, and the one that took its workflow task at ${momentText(startedAt, now)} does not answer.`,
      since: startedAt,
      evidence: [
        ...queueEvidence(
          facts,
          { what: "a workflow task", since: startedAt, queue: queues.workflow, isShared: true },
          lastAccess,
        ),
        {
          kind: "query",
          text: `No worker answered a query within ${durationText(unansweredMs)}.`,
          data: { unansweredMs },
        },
      ],
      remedy: "Look whether the worker's process is stopped, stalled, or cut off from Temporal; or start another one.",
      isTrouble: true,
    },
  ];
}

function backlog({ now, queues }: RunFacts, due: Due, evidence: readonly Evidence[]): FoundCause {
  const ahead = Math.max(0, due.queue.backlog - 1);
  const oldestMs = Math.max(due.queue.backlogAgeMs, betweenMs(due.since, now));
  return {
    cause: "backlog",
    sentence: `The workers of ${queues?.name ?? ""} are busy: ${counted(ahead, "task")} ${ahead === 1 ? "is" : "are"} ahead of it, and the oldest waits ${durationText(oldestMs)}.`,
    since: due.since,
    evidence,
    remedy: "Add workers, or wait until those that run have caught up.",
    isTrouble: true,
  };
}

function oldestDue({ now, execution, queues }: RunFacts): Due | undefined {
  if (execution?.status !== "RUNNING" || queues === undefined) return undefined;
  const due: Due[] = [];
  const { workflowTask } = execution;
  if (workflowTask !== undefined && !workflowTask.isStarted && !isPutOff(now, workflowTask))
    due.push({
      what: "a workflow task",
      since: workflowTask.scheduledAt,
      queue: queues.workflow,
      isShared:
        queues.workflow.backlog > 0 ||
        workflowTask.attempt > 1 || // a task that timed out goes to all
        betweenMs(workflowTask.scheduledAt, now) > stickyAfterMs,
    });
  for (const { isStarted, dueAt } of execution.activities)
    if (!isStarted && dueAt !== undefined)
      due.push({ what: "an action", since: dueAt, queue: queues.activity, isShared: true });
  return due
    .filter(({ since }) => betweenMs(since, now) > lateAfterMs)
    .sort((a, b) => instantMs(a.since) - instantMs(b.since))[0];
}

/** A task that failed is tried again after a while, on purpose. */
function isPutOff(now: Instant, { lastFailure, scheduledAt }: WorkflowTaskFact): boolean {
  return lastFailure !== undefined && betweenMs(scheduledAt, now) < stickyAfterMs;
}

function queueEvidence({ now, answeredInMs }: RunFacts, due: Due, lastAccess: Instant | undefined): Evidence[] {
  const { queue } = due;
  return [
    {
      kind: "pollers",
      text:
        lastAccess === undefined
          ? "Temporal knows of nobody who polled the queue in the last 5 minutes."
          : `${counted(queue.pollers.length, "poller")}, last heard of at ${momentText(lastAccess, now)}.`,
      data: queue.pollers.map(({ identity, lastAccessAt }) => ({ identity, lastAccessAt })),
    },
    {
      kind: "backlog",
      text: `${counted(queue.backlog, "task")} in the queue, the oldest for ${durationText(queue.backlogAgeMs)}; ${queue.dispatchRate.toFixed(1)} a second are handed out.`,
      data: { tasks: queue.backlog, oldestMs: queue.backlogAgeMs, dispatchedPerSecond: queue.dispatchRate },
    },
    { kind: "due", text: `${due.what} is due since ${momentText(due.since, now)}`, data: { since: due.since } },
    ...(answeredInMs === undefined
      ? []
      : [
          {
            kind: "query",
            text: `A worker answered a query in ${durationText(answeredInMs)}.`,
            data: { answeredInMs },
          },
        ]),
  ];
}

function failing({ now }: RunFacts, task: WorkflowTaskFact): FoundCause[] {
  const { lastFailure, attempt } = task;
  if (lastFailure === undefined) return [];
  return [
    {
      cause: "workflow-task-failing",
      sentence: `The engine cannot continue this run, attempt ${attempt}: ${endsSentence(lastFailure.message)}`,
      since: lastFailure.at,
      evidence: [
        {
          kind: "workflow-task",
          text: `Failed at ${momentText(lastFailure.at, now)} (${lastFailure.cause}): ${lastFailure.message}`,
          data: { ...lastFailure, worker: lastFailure.worker ?? null, attempt },
        },
        {
          kind: "worker",
          text: `On worker ${lastFailure.worker ?? "unknown"}.`,
          data: { identity: lastFailure.worker ?? null },
        },
      ],
      remedy:
        "The run has lost nothing and goes on once the cause is gone: roll back the deployment of the worker, or restore the missing blob.",
      isTrouble: true,
    },
  ];
}

function slow({ now, run, execution, unansweredMs }: RunFacts, task: WorkflowTaskFact): FoundCause[] {
  const { startedAt, lastFailure } = task;
  if (unansweredMs !== undefined) return [];
  if (!task.isStarted || startedAt === undefined || lastFailure !== undefined) return [];
  const forMs = betweenMs(startedAt, now);
  if (forMs < slowTaskMs) return [];
  const inSegment = run.segmentTries !== undefined;
  return [
    {
      cause: "workflow-task-slow",
      sentence: inSegment
        ? `A segment of local calls runs since ${momentText(startedAt, now)}.`
        : `Its workflow task is under way for ${durationText(forMs)}.`,
      since: startedAt,
      evidence: [
        {
          kind: "workflow-task",
          text: `Attempt ${task.attempt}, begun at ${momentText(startedAt, now)}.`,
          data: { startedAt, forMs, attempt: task.attempt, segmentTries: run.segmentTries ?? null },
        },
        {
          kind: "history",
          text: `${counted(execution?.historyLength ?? 0, "history event")}, ${execution?.historyBytes ?? 0} bytes; ${counted(run.stepCount, "step")} begun.`,
          data: { events: execution?.historyLength ?? 0, bytes: execution?.historyBytes ?? 0, steps: run.stepCount },
        },
      ],
      remedy: inSegment
        ? "Local calls end within 5 s each. If it stays, look at the action that is called."
        : "Look for a heavy expression or a large value in the step at which the run stands.",
    },
  ];
}

function latest(instants: readonly Instant[]): Instant | undefined {
  let last: Instant | undefined;
  for (const at of instants) if (last === undefined || instantMs(at) > instantMs(last)) last = at;
  return last;
}
