import type { FoundCause } from "./cause.ts";
import type { RunFacts } from "./facts.ts";
import { counted, endsSentence, momentText, quoted } from "./text.ts";

/** A run that Temporal has not begun: owed, held, or refused. */
export function startingCauses(facts: RunFacts): FoundCause[] {
  const { run } = facts;
  if (run.status === "QUEUED")
    return [...heldByPause(facts), ...heldByLimit(facts), ...heldByRate(facts), ...notRelayed(facts)];
  return run.status === "FAILED" && run.error?.stage === "launch" ? [refused(facts)] : [];
}

function notRelayed({ now, run, start, workflowPaused, limit, startLimit }: RunFacts): FoundCause[] {
  const isHeld = workflowPaused !== undefined || limit !== undefined || startLimit !== undefined;
  if (isHeld || start === undefined) return [];
  const reason = start.lastError ?? run.queuedReason;
  const tried =
    start.attempts === 0 ? "It has not been tried yet." : `It was tried ${counted(start.attempts, "time")}.`;
  return [
    {
      cause: "start-not-relayed",
      sentence: `It was accepted at ${momentText(run.createdAt, now)} and is not yet handed to Temporal${reason === undefined ? "." : `: ${endsSentence(reason)}`}`,
      since: run.createdAt,
      evidence: [
        {
          kind: "outbox",
          text: `${tried} It is due again at ${momentText(start.dueAt, now)}.`,
          data: { attempts: start.attempts, lastError: reason ?? null, dueAt: start.dueAt },
        },
      ],
      remedy:
        "Wait: it is handed over as soon as Temporal can be reached and a worker runs. If it stays, check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE of server and worker.",
      next: start.dueAt,
      isTrouble: true,
    },
  ];
}

function refused({ run }: RunFacts): FoundCause {
  const { error } = run;
  const details = error?.details;
  return {
    cause: "start-refused",
    sentence: `Temporal refused to start it: ${endsSentence(error?.message ?? "no reason was given")}`,
    since: run.completedAt ?? run.createdAt,
    evidence: [
      {
        kind: "refusal",
        text: `${error?.code ?? "refused"}: ${error?.message ?? ""}`,
        data: { code: error?.code ?? null, message: error?.message ?? null, details: details ?? null },
      },
    ],
    remedy:
      "Check that TEMPORAL_NAMESPACE names a namespace that exists there and that these credentials may use, then replay the run.",
    isTrouble: true,
  };
}

function heldByPause({ now, run, workflowPaused }: RunFacts): FoundCause[] {
  if (workflowPaused === undefined) return [];
  const { at, by, note } = workflowPaused;
  return [
    {
      cause: "workflow-paused",
      sentence: `Starts of ${quoted(run.workflow)} are held since ${momentText(at, now)}${by === undefined ? "" : ` by ${by}`}${note === undefined ? "." : `: ${endsSentence(note)}`}`,
      since: at,
      evidence: [
        {
          kind: "pause",
          text: `The workflow was paused at ${momentText(at, now)}.`,
          data: { at, by: by ?? null, note: note ?? null },
        },
      ],
      remedy: "Unpause the workflow; held starts then go in the order of their acceptance. Or cancel the run.",
    },
  ];
}

function heldByLimit({ now, run, limit }: RunFacts): FoundCause[] {
  if (limit === undefined) return [];
  const whose = limit.of === "tenant" ? "the tenant" : `the workflow ${quoted(run.workflow)}`;
  return [
    {
      cause: "concurrency-limited",
      sentence: `${limit.running} of ${limit.limit} runs of ${whose} are under way; it starts when one ends.`,
      since: run.createdAt,
      evidence: [
        {
          kind: "limit",
          text: `The limit of ${whose} is ${counted(limit.limit, "run")} at once.`,
          data: { of: limit.of, limit: limit.limit, running: limit.running },
        },
        ...limit.oldest.map((other) => ({
          kind: "oldest-run",
          text: `${other.workflow} runs${other.startedAt === undefined ? "" : ` since ${momentText(other.startedAt, now)}`}: ${other.id}`,
          data: { runId: other.id, workflow: other.workflow, startedAt: other.startedAt ?? null },
        })),
      ],
      remedy: "Wait, look why the oldest runs do not end, or raise the limit.",
    },
  ];
}

function heldByRate({ now, run, startLimit }: RunFacts): FoundCause[] {
  if (startLimit === undefined) return [];
  const { of, limit, used, roomAt } = startLimit;
  const what = of === "startsPerMinute" ? "starts" : "units of fuel";
  return [
    {
      cause: "over-limit",
      sentence: `${used} of ${limit} ${what} of the minute were used; it starts when there is room again, from ${momentText(roomAt, now)}.`,
      since: run.createdAt,
      evidence: [
        {
          kind: "minute-limit",
          text: `The tenant may use ${limit} ${what} a minute.`,
          data: { of, limit, used, roomAt },
        },
      ],
      remedy: "Wait, or raise the limit. Held starts go in the order of their acceptance.",
      next: roomAt,
    },
  ];
}
