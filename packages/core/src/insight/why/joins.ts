import type { CoveringCause, FoundCause } from "./cause.ts";
import type { JoinFact, RunFacts, UndoingFact } from "./facts.ts";
import { counted, endsSentence, listed, momentText, placeText } from "./text.ts";

/**
 * What lines of control wait for together: the join of branches, a full window, undoing, a cancel that is not yet taken.
 * @param found what each line waits for by itself
 */
export function joinCauses(facts: RunFacts, found: readonly FoundCause[]): CoveringCause[] {
  const { lines } = facts;
  return [
    ...(lines?.joins ?? []).map((join) => joined(facts, join, found)),
    ...(lines?.undoing ?? []).map((undoing) => compensating(facts, undoing)),
    ...cancelNotTaken(facts),
  ];
}

function joined(facts: RunFacts, join: JoinFact, found: readonly FoundCause[]): CoveringCause {
  const { now } = facts;
  const executions = join.lines.flatMap((line) => line.executions);
  const since = facts.steps.find(({ execution }) => execution === join.place.execution)?.startedAt ?? null;
  const evidence = join.lines.map((line) => {
    const own = found.find((cause) => isAbout(cause, line.executions));
    return {
      kind: join.kind === "window" ? "item" : "branch",
      text: `${join.kind === "window" ? `Item ${line.label}` : `Branch ${line.label}`}: ${own?.sentence ?? "it is under way"}`,
      data: {
        ...(join.kind === "window" ? { item: Number(line.label) } : { branch: line.label }),
        cause: own?.cause ?? null,
        sentence: own?.sentence ?? null,
      },
    };
  });
  // A person can do something about a task, and about a join nobody can: so the task leads.
  const asks = ({ cause }: FoundCause): boolean => join.kind !== "window" && cause === "waiting-task";
  const covers = (other: FoundCause): boolean => other.isTrouble !== true && !asks(other) && isAbout(other, executions);
  const place = placeText(join.place);
  const counts = {
    stepPath: join.place.stepPath,
    iteration: [...join.place.iteration],
    done: join.done,
    total: join.total,
  };
  if (join.kind === "window") {
    return {
      covers,
      cause: {
        cause: "window-full",
        sentence: `Item ${join.nextItem} of ${place} waits until one of the ${join.lines.length} that are running ends.`,
        since,
        evidence: [
          {
            kind: "window",
            text: `${join.done} of ${counted(join.total, "item")} have ended; at most ${join.concurrency} run side by side.`,
            data: { ...counts, concurrency: join.concurrency ?? null, nextItem: join.nextItem ?? null },
          },
          ...evidence,
        ],
        remedy: "Look at what the running items wait for. A larger `concurrency` (up to 50) lets more of them run.",
      },
    };
  }
  const [only] = evidence;
  const what = listed(join.lines.map(({ label }) => label));
  const detail = evidence.length === 1 ? ` ${only?.data.sentence ?? ""}`.trimEnd() : "";
  return {
    covers,
    cause: {
      cause: "waiting-branches",
      sentence: `${join.done} of ${counted(join.total, "branch").replace(/branchs$/, "branches")} of ${place} ${join.done === 1 ? "is" : "are"} done; it waits for ${what}.${detail}`,
      since,
      evidence: [
        {
          kind: "join",
          text: `${place} began${since === null ? "" : ` at ${momentText(since, now)}`}; ${join.done} of ${join.total} branches have ended.`,
          data: counts,
        },
        ...evidence,
      ],
      remedy: "Look at what the branches that are left wait for.",
    },
  };
}

function compensating(facts: RunFacts, undoing: UndoingFact): CoveringCause {
  const { undoes, place } = undoing;
  const what =
    undoes === undefined ? `It runs what ${placeText(place)} does finally` : `It is undoing step ${undoes.stepId}`;
  const step = facts.steps.find(({ execution }) => undoing.executions.includes(execution));
  return {
    covers: (other) => other.isTrouble !== true && isAbout(other, undoing.executions),
    cause: {
      cause: "compensating",
      sentence: `${what} after ${undoing.after}${undoing.left === 0 ? "." : `; ${counted(undoing.left, "step")} ${undoing.left === 1 ? "is" : "are"} left to undo.`}`,
      since: step?.startedAt ?? facts.run.cancelRequestedAt ?? null,
      evidence: [
        {
          kind: "progress",
          text: `${placeText(place)}: ${undoes === undefined ? "its finally" : `step ${undoes.stepId}`} is under way, ${undoing.left} left${undoing.until === undefined ? "" : `, until ${momentText(undoing.until, facts.now)} at the latest`}.`,
          data: {
            stepPath: place.stepPath,
            undoes: undoes?.stepPath ?? null,
            after: undoing.after,
            left: undoing.left,
            until: undoing.until ?? null,
          },
        },
      ],
      remedy:
        "Wait: undoing cannot be cancelled, and it is limited in time. What is left undone the run names at its end.",
      ...(undoing.until === undefined ? {} : { next: undoing.until }),
    },
  };
}

function cancelNotTaken(facts: RunFacts): CoveringCause[] {
  const { run, now, lines, execution } = facts;
  const isAsked = run.cancelRequestedAt !== undefined || execution?.cancelRequested === true;
  if (!isAsked || run.completedAt !== undefined || lines?.cancelTaken === true) return [];
  const at = run.cancelRequestedAt;
  const open = facts.steps.filter(({ status }) => status === "RUNNING" || status === "RETRYING");
  const still =
    open.length > 0
      ? `; ${listed(open.map(placeText))} ${open.length === 1 ? "is" : "are"} still running`
      : run.segmentTries === undefined
        ? ""
        : "; a segment of local calls is still running";
  return [
    {
      // The worker's troubles lead; what merely runs is why the cancel waits.
      covers: (other) => other.isTrouble !== true,
      cause: {
        cause: "cancel-requested",
        sentence: `A cancel was asked for${at === undefined ? "" : ` at ${momentText(at, now)}`}${run.cancelRequestedBy === undefined ? "" : ` by ${run.cancelRequestedBy}`} and is not yet taken${endsSentence(still)}`,
        since: at ?? null,
        evidence: [
          {
            kind: "cancel",
            text: `Temporal has accepted the request${at === undefined ? "" : ` at ${momentText(at, now)}`}; the run has not yet been told.`,
            data: {
              requestedAt: at ?? null,
              by: run.cancelRequestedBy ?? null,
              running: open.map(({ stepPath }) => stepPath),
            },
          },
        ],
        remedy: "Wait: a segment of local calls ends within seconds, and the run takes the cancel then.",
      },
    },
  ];
}

function isAbout({ executions = [] }: FoundCause, of: readonly number[]): boolean {
  return executions.length > 0 && executions.every((execution) => of.includes(execution));
}
