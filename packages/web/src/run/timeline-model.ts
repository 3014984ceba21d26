import { depthOf, isBlock, type WaitView } from "./fold-journal.ts";
import type { StepRow } from "./step-rows.ts";

/** What a step did or waited for, in milliseconds from the start of the run. */
export interface TimelineSpan {
  readonly kind: "block" | "step" | "wait";
  readonly status: string;
  readonly fromMs: number;
  /** Absent: it goes on. */
  readonly toMs?: number;
  /** What was waited for, in few words. */
  readonly label?: string;
}

/** One step execution over time. */
export interface TimelineLane {
  readonly step: StepRow;
  readonly depth: number;
  /** Of a loop that is folded: how many turns it has begun. */
  readonly turns?: number;
  /** Its own time first, then its waits. */
  readonly spans: readonly TimelineSpan[];
}

/** The steps of a run in the order of their start, each with its waits, tasks and child runs. */
export function lanesOf(
  steps: readonly StepRow[],
  waits: readonly WaitView[],
  startMs: number,
): readonly TimelineLane[] {
  const waitsOf = Map.groupBy(waits, ({ execution }) => execution);
  const since = (at: string): number => Math.max(0, Date.parse(at) - startMs);
  return steps.map((step) => {
    const own: TimelineSpan = {
      kind: isBlock(step.type) ? "block" : "step",
      status: step.status,
      fromMs: since(step.startedAt),
      ...(step.finishedAt === undefined ? {} : { toMs: since(step.finishedAt) }),
    };
    const waited = (waitsOf.get(step.execution) ?? []).map((wait): TimelineSpan => ({
      kind: "wait",
      status: wait.status,
      fromMs: since(wait.openedAt),
      ...(wait.closedAt === undefined ? {} : { toMs: since(wait.closedAt) }),
      label: waitLabel(wait),
    }));
    return { step, depth: depthOf(step.stepPath), spans: [own, ...waited] };
  });
}

function waitLabel(wait: WaitView): string {
  switch (wait.waitType) {
    case "event":
      return [wait.event ?? "event", ...(wait.key === undefined ? [] : [wait.key])].join(" · ");
    case "human":
      return wait.title ?? "task";
    case "child":
      return wait.workflow === undefined ? "run" : `run of ${wait.workflow}`;
    case "time":
      return "time";
    case "quota":
      return "quota";
    default:
      return String((wait as WaitView).waitType);
  }
}

/** The lanes without what stands in loops; each loop says how often it has turned. */
export function foldedLanes(lanes: readonly TimelineLane[]): readonly TimelineLane[] {
  return lanes.filter(isOutsideLoops).map((lane) => {
    if (lane.step.type !== "control.forEach" && lane.step.type !== "control.while") return lane;
    const turns = lanes.reduce(
      (most, { step }) =>
        step.stepPath.startsWith(`${lane.step.stepPath}.`) ? Math.max(most, (step.iteration[0] ?? -1) + 1) : most,
      0,
    );
    return { ...lane, turns };
  });
}

export function isOutsideLoops({ step }: TimelineLane): boolean {
  return step.iteration.length === 0;
}

/** When the last of it ended, or `nowMs` (from the start of the run) while something goes on. */
export function wholeMsOf(lanes: readonly TimelineLane[], endMs: number | undefined, nowMs: number): number {
  if (endMs === undefined) return Math.max(1, nowMs);
  return lanes.reduce(
    (last, { spans }) => spans.reduce((max, { fromMs, toMs }) => Math.max(max, toMs ?? fromMs), last),
    Math.max(1, endMs),
  );
}

/** Rows that are drawn: those in sight and a few around them. */
export function rowsInSight(
  count: number,
  rowPx: number,
  scrollTopPx: number,
  heightPx: number,
): { readonly first: number; readonly end: number } {
  const spare = 8;
  const first = Math.max(0, Math.min(count, Math.floor(scrollTopPx / rowPx)) - spare);
  return { first, end: Math.min(count, Math.ceil((scrollTopPx + heightPx) / rowPx) + spare) };
}
