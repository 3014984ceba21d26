import { explainCode } from "../../errors/errors.ts";
import type { Cause, CauseName, CoveringCause, FoundCause } from "./cause.ts";
import type { RunFacts } from "./facts.ts";
import { counted, endsSentence, momentText } from "./text.ts";

/** A run that has ended, from the inside or from the outside. */
export function endCauses(facts: RunFacts): FoundCause[] {
  return [...failed(facts), ...endedOutside(facts)];
}

function failed({ run }: RunFacts): FoundCause[] {
  const { error } = run;
  if (run.status !== "FAILED" || error?.stage === "launch" || error?.code === "ENDED_OUTSIDE") return [];
  const code = error?.code ?? "UNKNOWN";
  return [
    {
      cause: "failed",
      sentence: failedText(error),
      since: run.completedAt ?? null,
      evidence: [
        {
          kind: "error",
          text: `${code}: ${error?.message ?? ""}`,
          data: {
            category: error?.category ?? null,
            code,
            message: error?.message ?? null,
            stepId: error?.stepId ?? null,
            nodePath: error?.nodePath ?? null,
            attempt: error?.attempt ?? null,
          },
        },
      ],
      remedy:
        explainCode(code)?.remedy ?? "Fix what the error names, then restart the run from that step, or replay it.",
    },
  ];
}

/** `It failed in charge with PAYMENT_DECLINED: the card was refused.` */
export function failedText(error: RunFacts["run"]["error"]): string {
  const place = error?.stepId === undefined ? "It failed" : `It failed in ${error.stepId}`;
  const message = error?.message === undefined || error.message === "" ? "" : `: ${error.message}`;
  return endsSentence(`${place} with ${error?.code ?? "an error"}${message}`);
}

function endedOutside({ now, run, execution }: RunFacts): FoundCause[] {
  const recorded = run.error?.code === "ENDED_OUTSIDE" ? (run.error.details as OutsideDetails | undefined) : undefined;
  const isOpen = run.completedAt === undefined && run.status !== "QUEUED";
  const seen =
    isOpen && execution !== undefined && execution.status !== "RUNNING" && execution.status !== "CONTINUED_AS_NEW"
      ? execution
      : undefined;
  if (run.error?.code !== "ENDED_OUTSIDE" && seen === undefined) return [];
  const how = recorded?.how ?? seen?.status ?? "ended";
  const by = recorded?.by ?? seen?.closedBy;
  const reason = recorded?.reason ?? seen?.closeReason;
  const at = run.completedAt ?? seen?.closedAt;
  return [
    {
      cause: "ended-outside",
      sentence: `Its execution ended in Temporal${at === undefined ? "" : ` at ${momentText(at, now)}`}: ${how}${by === undefined ? "" : ` by ${by}`}${reason === undefined ? "." : `, ${endsSentence(reason)}`}`,
      since: at ?? null,
      evidence: [
        {
          kind: "execution",
          text: `Temporal says ${how}${reason === undefined ? "" : `: ${reason}`}.`,
          data: { how, by: by ?? null, reason: reason ?? null, at: at ?? null },
        },
      ],
      remedy: "Ask who ended it. Restart the run from the step at which it stood, or replay it.",
    },
  ];
}

interface OutsideDetails {
  readonly how?: string;
  readonly by?: string;
  readonly reason?: string;
}

/** What is read from the execution and its queue holds, however far the rows are behind. */
const fromTemporal: readonly CauseName[] = [
  "no-worker",
  "backlog",
  "workflow-task-failing",
  "workflow-task-slow",
  "action-retrying",
  "action-lost",
];

/** Rows that are known to be old: what they say of the run leads no more. */
export function behindCauses({ now, lag }: RunFacts): CoveringCause[] {
  if (lag === undefined || (lag.entries ?? 1) <= 0) return [];
  const { entries, error, nextAt } = lag;
  const by = entries === undefined ? "" : entries === 1 ? " by 1 entry" : ` by ${entries} entries`;
  return [
    {
      covers: ({ cause }) => !fromTemporal.includes(cause),
      cause: {
        cause: "projection-behind",
        sentence: `Its rows lag${by}: what is shown is older than the run.`,
        since: null,
        evidence: [
          {
            kind: "flush",
            text: `Writing them ${error === undefined ? "is under way" : `failed: ${endsSentence(error)}`}${nextAt === undefined ? "" : ` It is tried again at ${momentText(nextAt, now)}.`}`,
            data: { entries: entries ?? null, error: error ?? null, nextAt: nextAt ?? null },
          },
        ],
        remedy: "Look whether the workers reach the database. The run itself goes on, and its rows follow.",
        ...(nextAt === undefined ? {} : { next: nextAt }),
      },
    },
  ];
}

/** Nothing keeps a run that has ended. */
export function endedCause({ now, run }: RunFacts): Cause[] {
  if (run.completedAt === undefined) return [];
  return [
    {
      cause: "ended",
      sentence: `It ended ${run.status} at ${momentText(run.completedAt, now)}.`,
      since: run.completedAt,
      evidence: [{ kind: "run", text: `Status ${run.status}.`, data: { status: run.status, at: run.completedAt } }],
      remedy: "Nothing is to be done. Replay the run to do it again.",
    },
  ];
}

/** Nothing that is known fits: the facts as they are. */
export function unknownCause({ now, run, execution, unreachable, steps, waits }: RunFacts): Cause {
  return {
    cause: "unknown",
    sentence:
      unreachable === undefined
        ? "Nothing that is known keeps it: either it is moving right now, or the cause is one that has no name yet."
        : `Temporal could not be asked, and the rows name no cause: ${endsSentence(unreachable)}`,
    since: null,
    evidence: [
      {
        kind: "run",
        text: `Status ${run.status}, ${counted(run.stepCount, "step")} begun, last entry ${run.journalSeq}.`,
        data: { status: run.status, steps: run.stepCount, journalSeq: run.journalSeq, createdAt: run.createdAt },
      },
      ...(execution === undefined
        ? []
        : [
            {
              kind: "execution",
              text: `Temporal: ${execution.status}, ${counted(execution.historyLength, "history event")}, ${counted(execution.activities.length, "open activity").replace(/activitys$/, "activities")}.`,
              data: {
                status: execution.status,
                historyLength: execution.historyLength,
                activities: execution.activities.map(({ name, attempt, isStarted }) => ({ name, attempt, isStarted })),
                workflowTask:
                  execution.workflowTask === undefined
                    ? null
                    : {
                        isStarted: execution.workflowTask.isStarted,
                        attempt: execution.workflowTask.attempt,
                        scheduledAt: execution.workflowTask.scheduledAt,
                      },
              },
            },
          ]),
      ...(unreachable === undefined ? [] : [{ kind: "unreachable", text: unreachable }]),
      {
        kind: "open",
        text: `${counted(steps.length, "open step")}, ${counted(waits.length, "open wait")} at ${momentText(now, now)}.`,
        data: {
          steps: steps.map(({ stepPath, status }) => ({ stepPath, status })),
          waits: waits.map(({ stepPath, waitType }) => ({ stepPath, waitType })),
        },
      },
    ],
    remedy:
      "Ask again in a few seconds. If it stays so, look at the worker's log and at the run's history in Temporal.",
  };
}
