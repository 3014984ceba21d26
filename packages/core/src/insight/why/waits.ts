import type { FoundCause } from "./cause.ts";
import { untilText } from "./events.ts";
import type { ChildFact, QuotaFact, RunFacts, TaskFact, WaitFact } from "./facts.ts";
import { counted, endsSentence, listed, momentText, placeText, quoted } from "./text.ts";

/** Waits for time, people, children and quota. */
export function waitCauses(facts: RunFacts): FoundCause[] {
  return facts.waits.flatMap((wait): FoundCause[] => {
    switch (wait.waitType) {
      case "event":
        return [];
      case "time":
        return [sleeping(facts, wait)];
      case "human":
        return [wait.task?.lastRefusal === undefined ? person(facts, wait) : refusedAnswer(facts, wait, wait.task)];
      case "child":
        return [child(facts, wait, wait.child)];
      case "quota":
        return [quota(facts, wait, wait.quota)];
      default:
        return wait.waitType satisfies never;
    }
  });
}

function sleeping({ now }: RunFacts, wait: WaitFact): FoundCause {
  const { timeoutAt, plan } = wait;
  const until = timeoutAt === undefined ? "until its time comes" : untilText(now, wait).trimStart();
  return {
    cause: "waiting-time",
    sentence: `It sleeps ${until}.`,
    since: wait.openedAt,
    evidence: [
      {
        kind: "plan",
        text: `Step ${placeText(wait)} sleeps since ${momentText(wait.openedAt, now)}${plan === undefined ? "" : `: ${plan}`}.`,
        data: { ...placeData(wait), until: timeoutAt ?? null, plan: plan ?? null },
      },
    ],
    remedy: "Wait. Or cancel the run, or restart it from a later step.",
    ...(timeoutAt === undefined ? {} : { next: timeoutAt }),
    executions: [wait.execution],
  };
}

function person(facts: RunFacts, wait: WaitFact): FoundCause {
  const { now } = facts;
  const { task } = wait;
  const remedy =
    task?.claimedBy === undefined
      ? "Answer the task, or ask one of those to whom it is assigned."
      : `Ask ${task.claimedBy}, or have the task released; an administrator may override it.`;
  return {
    cause: "waiting-task",
    sentence: `It waits for ${whom(task)} since ${momentText(wait.openedAt, now)}${task?.dueAt === undefined ? "" : `, due ${momentText(task.dueAt, now)}`}${untilText(now, wait)}${task?.title === undefined ? "" : `: ${quoted(task.title)}`}.`,
    since: wait.openedAt,
    evidence: taskEvidence(facts, wait),
    remedy,
    ...(wait.timeoutAt === undefined ? {} : { next: wait.timeoutAt }),
    executions: [wait.execution],
  };
}

function whom(task: TaskFact | undefined): string {
  if (task?.claimedBy !== undefined) return task.claimedBy;
  const names = [...(task?.users ?? []), ...(task?.groups ?? []).map((group) => `group ${group}`)];
  return names.length === 0 ? "a person" : listed(names);
}

function refusedAnswer(facts: RunFacts, wait: WaitFact, task: TaskFact): FoundCause {
  const { now } = facts;
  const refusal = task.lastRefusal;
  const issues = refusal?.issues ?? [];
  const fields = issues.map(({ pointer, message }) => `${pointer === "" ? "the answer" : pointer}: ${message}`);
  return {
    cause: "task-answer-refused",
    sentence: `The last answer${refusal?.by === undefined ? "" : ` of ${refusal.by}`} was refused: ${endsSentence(fields.join("; "))} It waits for ${whom(task)}${untilText(now, wait)}.`,
    since: refusal?.at ?? wait.openedAt,
    evidence: [
      {
        kind: "refusal",
        text: `At ${momentText(refusal?.at ?? wait.openedAt, now)}: ${fields.join("; ")}`,
        data: { at: refusal?.at ?? null, by: refusal?.by ?? null, issues: issues.map((issue) => ({ ...issue })) },
      },
      ...taskEvidence(facts, wait),
    ],
    remedy: "Answer again with these fields corrected.",
    ...(wait.timeoutAt === undefined ? {} : { next: wait.timeoutAt }),
    executions: [wait.execution],
    isTrouble: true,
  };
}

function taskEvidence({ now }: RunFacts, wait: WaitFact): FoundCause["evidence"] {
  const { task } = wait;
  const claimed =
    task?.claimedBy === undefined
      ? "nobody has claimed it"
      : `claimed by ${task.claimedBy}${task.claimedAt === undefined ? "" : ` at ${momentText(task.claimedAt, now)}`}`;
  return [
    {
      kind: "task",
      text: `Step ${placeText(wait)}, task ${task?.taskId ?? wait.waitId}: ${claimed}; ${counted(task?.remindersSent ?? 0, "reminder")} sent.`,
      data: {
        ...placeData(wait),
        taskId: task?.taskId ?? null,
        title: task?.title ?? null,
        users: [...(task?.users ?? [])],
        groups: [...(task?.groups ?? [])],
        dueAt: task?.dueAt ?? null,
        claimedBy: task?.claimedBy ?? null,
        claimedAt: task?.claimedAt ?? null,
        remindersSent: task?.remindersSent ?? 0,
        timeoutAt: wait.timeoutAt ?? null,
      },
    },
  ];
}

function child({ now }: RunFacts, wait: WaitFact, called: ChildFact | undefined): FoundCause {
  const name = called?.workflow === undefined ? "a child run" : `child ${called.workflow}`;
  const why = called?.why;
  return {
    cause: "waiting-child",
    sentence: `It waits for ${name}${called === undefined ? "" : `, run ${called.runId}`}${why === undefined ? "." : `: ${endsSentence(why.sentence)}`}`,
    since: wait.openedAt,
    evidence: [
      {
        kind: "child",
        text: `Step ${placeText(wait)} waits for ${name} since ${momentText(wait.openedAt, now)}.`,
        data: {
          ...placeData(wait),
          runId: called?.runId ?? null,
          workflow: called?.workflow ?? null,
          why: why === undefined ? null : { ...why },
        },
      },
    ],
    remedy: "Look at the child run: what keeps it keeps this one.",
    executions: [wait.execution],
  };
}

function quota({ now }: RunFacts, wait: WaitFact, known: QuotaFact | undefined): FoundCause {
  const resumes = known?.resumesAt;
  const used = known?.used === undefined || known.quota === undefined ? "" : `: ${known.used} of ${known.quota} steps`;
  return {
    cause: "quota-paused",
    sentence: `The quota of the month is used${used}; it resumes ${resumes === undefined ? "" : `at ${momentText(resumes, now)}, or `}when an operator continues it.`,
    since: wait.openedAt,
    evidence: [
      {
        kind: "usage",
        text: `Calls are held since ${momentText(wait.openedAt, now)}, first in step ${placeText(wait)}${used}.`,
        data: {
          ...placeData(wait),
          used: known?.used ?? null,
          quota: known?.quota ?? null,
          resumesAt: resumes ?? null,
        },
      },
    ],
    remedy: "Raise the tenant's quota, or continue this run despite it (`mainspring runs quota-resume`).",
    ...(resumes === undefined ? {} : { next: resumes }),
    executions: [wait.execution],
  };
}

function placeData({ waitId, stepPath, iteration }: WaitFact) {
  return { waitId, stepPath, iteration: [...iteration] };
}
