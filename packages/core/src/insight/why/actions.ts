import type { Instant } from "../../interpreter/transition.ts";
import { instantFromMs, instantMs } from "../../time/instant.ts";
import type { Evidence, FoundCause } from "./cause.ts";
import type { ActivityFact, RunFacts, StepFact } from "./facts.ts";
import { betweenMs, counted, durationText, momentText, placeText, quoted } from "./text.ts";

/** As activities are called by the shell. */
const batchActivity = "performBatch";
const actionActivities: readonly string[] = ["performAction", batchActivity];
// A call shows a sign of life five times within its heartbeat timeout, and these reach Temporal once in two fifths of it at most.
const silentShare = 0.45;
const silentMinMs = 1_000;

/** Calls that are under way, put off, or lost with their worker; and effects of which nobody knows. */
export function actionCauses(facts: RunFacts): FoundCause[] {
  const calls = callsOf(facts);
  return [...calls.flatMap((call) => callCauses(facts, call)), ...unknownOutcomes(facts)];
}

interface Call {
  readonly step: StepFact;
  readonly activity?: ActivityFact;
  readonly isUnderWay: boolean;
}

/**
 * Steps with the activities behind them. Both are in the order of their calls, so they belong together one by one as long as there are as many
 * of them; else of an activity nobody can say whose it is.
 */
function callsOf({ steps, waits, execution }: RunFacts): Call[] {
  const held = waits.filter(({ waitType }) => waitType === "quota").map((wait) => wait.execution);
  const open = steps.filter(
    ({ type, status, execution: begun }) => type === "action.call" && status !== "WAITING" && !held.includes(begun),
  );
  const activities = (execution?.activities ?? [])
    .filter(({ name }) => actionActivities.includes(name))
    .sort((a, b) => a.number - b.number);
  const remote = open.filter(({ isLocal }) => isLocal !== true);
  const matching = [open, remote].find(({ length }) => length === activities.length);
  // Calls of one batch go as one activity.
  const [batch, ...more] = activities;
  const all = batch?.name === batchActivity && more.length === 0 ? batch : undefined;
  return open.map((step) => {
    const activity = matching === undefined ? all : activities[matching.indexOf(step)];
    return activity === undefined
      ? { step, isUnderWay: mayRun(execution, activities, step) }
      : { step, activity, isUnderWay: true };
  });
}

/** Without an activity of its own: it runs in a segment, or in one of several of which nobody can say which. */
function mayRun(execution: RunFacts["execution"], activities: readonly ActivityFact[], step: StepFact): boolean {
  if (execution === undefined) return true;
  return execution.status === "RUNNING" && (activities.length > 0 || step.isLocal === true);
}

function callCauses(facts: RunFacts, call: Call): FoundCause[] {
  return [retrying(facts, call) ?? lost(facts, call) ?? running(facts, call)].filter((cause) => cause !== undefined);
}

function retrying({ now }: RunFacts, { step, activity }: Call): FoundCause | undefined {
  const failure = activity?.isStarted === false && activity.attempt > 1 ? activity.lastFailure : undefined;
  const isPutOff = step.status === "RETRYING" || failure?.kind === "error";
  if (!isPutOff) return undefined;
  const attempt = step.status === "RETRYING" ? step.attempt : (activity?.attempt ?? 2) - 1;
  const code = step.error?.code ?? failure?.type ?? "an error";
  const message = step.error?.message ?? failure?.message ?? "";
  const nextAt = step.nextAttemptAt ?? activity?.dueAt;
  const of = step.maxAttempts === undefined ? "" : ` of ${step.maxAttempts}`;
  return {
    cause: "action-retrying",
    sentence: `Step ${placeText(step)}: attempt ${attempt}${of} failed with ${code}${nextAt === undefined ? "." : `; the next is at ${momentText(nextAt, now)}.`}`,
    since: step.startedAt,
    evidence: [
      {
        kind: "attempts",
        text: `Attempt ${attempt}${of} of ${step.action ?? "the action"} failed: ${code}: ${message}`,
        data: {
          stepPath: step.stepPath,
          iteration: [...step.iteration],
          action: step.action ?? null,
          attempt,
          maxAttempts: step.maxAttempts ?? null,
          code,
          message,
          nextAt: nextAt ?? null,
        },
      },
      ...activityEvidence(now, activity),
    ],
    remedy: `Fix what makes ${step.action ?? "the action"} fail; the next attempt takes it up. Or cancel the run.`,
    ...(nextAt === undefined ? {} : { next: nextAt }),
    executions: [step.execution],
    isTrouble: true,
  };
}

function lost({ now }: RunFacts, { step, activity }: Call): FoundCause | undefined {
  if (activity === undefined) return undefined;
  const retriedAt = goneUntil(now, activity);
  if (retriedAt === undefined) return undefined;
  const lastSign = activity.heartbeatAt ?? activity.startedAt;
  return {
    cause: "action-lost",
    sentence: `Step ${placeText(step)}: its worker is gone${lastSign === undefined ? "" : `, last heard of at ${momentText(lastSign, now)}`}; it is tried again at ${momentText(retriedAt, now)} at the latest.`,
    since: lastSign ?? step.startedAt,
    evidence: [
      {
        kind: "timeouts",
        text: `A call that shows no sign of life for ${durationText(activity.heartbeatTimeoutMs ?? 0)} is given to another worker.`,
        data: {
          stepPath: step.stepPath,
          iteration: [...step.iteration],
          heartbeatTimeoutMs: activity.heartbeatTimeoutMs ?? null,
          timeoutMs: activity.timeoutMs ?? null,
          lastFailure: activity.lastFailure?.message ?? null,
        },
      },
      ...activityEvidence(now, activity),
    ],
    remedy:
      "Wait; a lost attempt is not counted as one of the author's. If workers are lost again and again, look at their logs.",
    next: retriedAt,
    executions: [step.execution],
    isTrouble: true,
  };
}

/** When an activity whose worker is gone is tried again at the latest; undefined while its worker lives. */
function goneUntil(now: Instant, activity: ActivityFact): Instant | undefined {
  if (!activity.isStarted) return activity.lastFailure?.kind === "timeout" ? (activity.dueAt ?? now) : undefined;
  const lastSign = activity.heartbeatAt ?? activity.startedAt;
  const { heartbeatTimeoutMs } = activity;
  if (lastSign === undefined || heartbeatTimeoutMs === undefined) return undefined;
  if (betweenMs(lastSign, now) <= Math.max(silentMinMs, heartbeatTimeoutMs * silentShare)) return undefined;
  return instantFromMs(instantMs(lastSign) + heartbeatTimeoutMs);
}

function running({ now }: RunFacts, { step, activity, isUnderWay }: Call): FoundCause | undefined {
  // Handed to Temporal and not begun: nothing runs. A worker takes it in a moment, or it is late.
  if (activity?.isStarted === false) return undefined;
  if (!isUnderWay) return undefined;
  const since = activity?.startedAt ?? step.startedAt;
  const limit = step.timeoutMs === undefined ? "" : ` of its ${durationText(step.timeoutMs)} limit`;
  const worker = activity?.worker === undefined ? "" : ` on worker ${activity.worker}`;
  return {
    cause: "action-running",
    sentence: `Step ${placeText(step)}: ${step.action ?? "its action"} is running for ${durationText(betweenMs(since, now))}${limit}${worker}.`,
    since,
    evidence: [
      {
        kind: "call",
        text: `Attempt ${step.attempt} of ${step.action ?? "the action"}, begun at ${momentText(since, now)}.`,
        data: {
          stepPath: step.stepPath,
          iteration: [...step.iteration],
          action: step.action ?? null,
          attempt: step.attempt,
          startedAt: since,
          timeoutMs: step.timeoutMs ?? null,
        },
      },
      ...activityEvidence(now, activity),
    ],
    remedy: "Wait; it ends at its limit at the latest. Or cancel the run.",
    ...(step.timeoutMs === undefined ? {} : { next: instantFromMs(instantMs(since) + step.timeoutMs) }),
    executions: [step.execution],
  };
}

function activityEvidence(now: Instant, activity: ActivityFact | undefined): Evidence[] {
  if (activity === undefined) return [];
  const heartbeat =
    activity.heartbeatAt === undefined
      ? "no heartbeat yet"
      : `last heartbeat at ${momentText(activity.heartbeatAt, now)}`;
  return [
    {
      kind: "activity",
      text: `${activity.isStarted ? `On worker ${activity.worker ?? "unknown"}` : "On no worker"}, Temporal's attempt ${activity.attempt}, ${heartbeat}.`,
      data: {
        isStarted: activity.isStarted,
        attempt: activity.attempt,
        worker: activity.worker ?? null,
        startedAt: activity.startedAt ?? null,
        heartbeatAt: activity.heartbeatAt ?? null,
        lastFailure: activity.lastFailure?.message ?? null,
      },
    },
  ];
}

/** They stay true while the run goes on: whoever looks at it must know. */
function unknownOutcomes({ run, unknownOutcomes }: RunFacts): FoundCause[] {
  const isOpen = run.completedAt === undefined;
  const failedByIt = run.status === "FAILED" && run.error?.code === "OUTCOME_UNKNOWN";
  const [first] = unknownOutcomes;
  if (first === undefined || !(isOpen || failedByIt)) return [];
  return [
    {
      cause: "action-unknown-outcome",
      sentence: `Step ${listOfSteps(unknownOutcomes)} failed with an unknown outcome: its effect may have happened.`,
      since: first.at,
      evidence: unknownOutcomes.map((one) => ({
        kind: "ledger",
        text: `${one.action} in step ${placeText(one)}: the attempt died with its worker, and the action may be done only once.`,
        data: {
          invocationId: one.invocationId,
          stepPath: one.stepPath,
          iteration: [...one.iteration],
          action: one.action,
          status: "UNKNOWN",
          at: one.at,
        },
      })),
      remedy: isOpen
        ? `Find out at the other side whether the effect of ${quoted(first.stepId)} happened, and answer the run accordingly, or cancel it.`
        : `Find out at the other side whether the effect of ${quoted(first.stepId)} happened, then restart the run from a step: after it when it did, from it when it did not.`,
      isTrouble: true,
    },
  ];
}

function listOfSteps(outcomes: RunFacts["unknownOutcomes"]): string {
  const [first, ...more] = outcomes;
  if (first === undefined) return "";
  return more.length === 0 ? placeText(first) : `${placeText(first)} (and ${counted(more.length, "other")})`;
}
