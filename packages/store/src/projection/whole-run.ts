import type { JournalEntry } from "@mainspring/core";
import type { EndedOutside, PlacedEntry } from "./entries.ts";
import { projectVerdict } from "./events.ts";
import type { VerdictProjection } from "./events.ts";
import { beginsStep, projectNodePath, projectRunStatus, projectState } from "./run.ts";
import type { RunStatusProjection } from "./run.ts";
import { projectStep } from "./steps.ts";
import type { StepProjection } from "./steps.ts";
import { projectTask, taskWaitsIn } from "./tasks.ts";
import type { TaskProjection } from "./tasks.ts";
import { projectWait } from "./waits.ts";
import type { WaitProjection } from "./waits.ts";

export interface RunProjection {
  readonly run: {
    readonly status: RunStatusProjection | undefined;
    readonly state: unknown;
    readonly nodePath: string | null;
    readonly journalSeq: number;
    readonly stepCount: number;
  };
  /** By execution, ascending. */
  readonly steps: readonly StepProjection[];
  /** In the order of their opening. */
  readonly waits: readonly WaitProjection[];
  /** In the order of their opening. */
  readonly tasks: readonly TaskProjection[];
  readonly verdicts: readonly VerdictProjection[];
}

/** All rows of a run from all its entries: what the tables hold once every write has landed. */
export function projectWholeRun(entries: readonly PlacedEntry[], endedOutside?: EndedOutside): RunProjection {
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  const subjects = subjectsOf(sorted.map(({ entry }) => entry));
  return {
    run: {
      status: projectRunStatus(sorted),
      state: projectState(sorted),
      nodePath: projectNodePath(sorted),
      journalSeq: sorted.at(-1)?.seq ?? 0,
      stepCount: sorted.filter(({ seq, entry }) =>
        beginsStep({ seq, kind: entry.kind, execution: "execution" in entry ? entry.execution : null }),
      ).length,
    },
    steps: defined(
      subjects.executions.map((execution) =>
        projectStep(
          sorted.filter(({ entry }) => "execution" in entry && entry.execution === execution),
          endedOutside,
        ),
      ),
    ).sort((a, b) => a.execution - b.execution),
    waits: defined(subjects.waits.map((waitId) => projectWait(sorted, waitId, endedOutside))),
    tasks: defined([...taskWaitsIn(sorted)].map((waitId) => projectTask(sorted, waitId, endedOutside))),
    verdicts: defined(subjects.events.map((eventId) => projectVerdict(sorted, eventId))),
  };
}

function subjectsOf(entries: readonly JournalEntry[]): { executions: number[]; waits: string[]; events: string[] } {
  const executions = new Set<number>();
  const waits = new Set<string>();
  const events = new Set<string>();
  for (const entry of entries) {
    if ("execution" in entry) executions.add(entry.execution);
    if (entry.kind === "wait") waits.add(entry.waitId);
    if (entry.kind === "event") events.add(entry.eventId);
  }
  return { executions: [...executions], waits: [...waits], events: [...events] };
}

function defined<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}
