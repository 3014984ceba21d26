import { taskCompletedEvent, type RunState } from "@mainspring/core";

/** The steps at which the run stands, one per live fiber; null before the first and after the last. */
export function currentStep(state: RunState | undefined): { stepPath: string; stepPaths: string[] } | null {
  if (state === undefined || state.outcome !== undefined) return null;
  const stepPaths = state.open
    .map(({ command }) => ("place" in command ? command.place.stepPath : undefined))
    .filter((path) => path !== undefined);
  const distinct = [...new Set(stepPaths)];
  return distinct[0] === undefined ? null : { stepPath: distinct[0], stepPaths: distinct };
}

interface OpenWaitDescriptor {
  readonly waitType: "event" | "human" | "time" | "child";
  readonly stepPath: string;
  readonly event?: string;
  readonly key?: string;
  readonly filters?: readonly unknown[];
  /** Of a task. */
  readonly title?: string;
  /** Of a child, whose run is `key`. */
  readonly workflow?: string;
  readonly timeoutAt: string | null;
}

/** The first open wait of the run, and all of them; null when it waits for nothing. */
export function currentWait(
  state: RunState | undefined,
): (OpenWaitDescriptor & { readonly waits: readonly OpenWaitDescriptor[] }) | null {
  if (state === undefined || state.outcome !== undefined) return null;
  const waits: OpenWaitDescriptor[] = [];
  for (const { command, runId } of state.open) {
    if (command.kind === "openWait") {
      waits.push({
        waitType: "event",
        stepPath: command.place.stepPath,
        event: command.event,
        key: command.key,
        filters: command.filters,
        timeoutAt: command.timeoutAt ?? null,
      });
    } else if (command.kind === "openTask") {
      const { taskId, title, timeoutAt } = command.task;
      waits.push({
        waitType: "human",
        stepPath: command.place.stepPath,
        event: taskCompletedEvent,
        key: taskId,
        title,
        timeoutAt: timeoutAt ?? null,
      });
    } else if (command.kind === "startChild") {
      waits.push({
        waitType: "child",
        stepPath: command.place.stepPath,
        workflow: command.workflow,
        ...(runId === undefined ? {} : { key: runId }),
        timeoutAt: null,
      });
    } else if (command.kind === "startTimer" && "dueAt" in command.when) {
      waits.push({ waitType: "time", stepPath: command.place.stepPath, timeoutAt: command.when.dueAt });
    }
  }
  const first = waits[0];
  return first === undefined ? null : { ...first, waits };
}

export function summary(
  state: RunState | undefined,
): { status: string; frameDepth: number; stepCount: number; nextSeq: number } | null {
  if (state === undefined) return null;
  const frameDepth = Math.max(0, ...state.fibers.map((fiber) => fiber.frames.length));
  return { status: state.status, frameDepth, stepCount: state.counters.steps, nextSeq: state.nextSeq };
}
