import type { Command, Fiber, Frame, Instant, JournalEntry, OpenCommand, RunState } from "../interpreter/transition.ts";
import type { ResolveReference } from "../journal/fold.ts";
import { applyInput } from "../journal/fold.ts";
import type { Program } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { ValueChange } from "./value-changes.ts";
import { valueChanges } from "./value-changes.ts";

/** A past moment of a run, recomputed from the inputs that it recorded. */
export interface RunMoment {
  readonly seq: number;
  readonly at: Instant;
  readonly entry: JournalEntry;
  /**
   * The entries that `changes` tells of, this one among them. What is between two of them nobody can see: a step without effect begins,
   * writes and ends in one go.
   */
  readonly span: { readonly from: number; readonly to: number };
  readonly state: RunState;
  readonly changes: readonly ScopeChange[];
}

/** `scope` is `payload`, `vars`, `state`, or `fiber:<id>` for what a branch or an item has of `vars` for itself. */
export interface ScopeChange extends ValueChange {
  readonly scope: string;
}

/**
 * The run after entry `seq`, and what changed by it.
 * @returns undefined when there is no such entry
 * @throws JournalError when inputs are missing
 */
export function momentAt(
  program: Program,
  journal: readonly JournalEntry[],
  seq: number,
  resolve?: ResolveReference,
): RunMoment | undefined {
  const entry = journal.find((one) => one.seq === seq);
  if (entry === undefined) return undefined;
  const inputs = journal.filter((one) => one.kind === "input");
  const last = inputs.findLastIndex((one) => one.seq <= seq);
  const input = inputs[last];
  if (input === undefined || input.kind !== "input") return undefined;
  let base: RunState | undefined;
  for (const earlier of inputs.slice(0, last))
    if (earlier.kind === "input") base = applyInput(program, base, earlier.data, resolve).state;

  const end = inputs[last + 1]?.seq ?? (journal.at(-1)?.seq ?? seq) + 1;
  // A transition can be stopped before each step that it begins: there its state is one that the run had.
  const begins = journal.filter(
    (one) => one.kind === "step" && one.execution === one.seq && one.seq > input.seq && one.seq < end,
  );
  const stoppedBefore = (at: number | undefined): RunState | undefined => {
    if (at === undefined) return undefined;
    const { state } = applyInput(program, base, input.data, resolve, at);
    return state.nextSeq === at ? state : undefined;
  };
  const beganAt = begins.findLast((one) => one.seq <= seq)?.seq;
  const nextAt = begins.find((one) => one.seq > seq)?.seq;
  const stopped = stoppedBefore(nextAt);
  const state = stopped ?? applyInput(program, base, input.data, resolve).state;
  const begun = stoppedBefore(beganAt);
  return {
    seq,
    at: entry.at,
    entry,
    span: {
      from: begun === undefined || beganAt === undefined ? input.seq : beganAt,
      to: (stopped === undefined || nextAt === undefined ? end : nextAt) - 1,
    },
    state,
    changes: scopeChanges(begun ?? base, state),
  };
}

function scopeChanges(before: RunState | undefined, after: RunState): ScopeChange[] {
  const of = (scope: string, one: Json | undefined, other: Json | undefined): ScopeChange[] =>
    valueChanges(one, other).map((change) => ({ scope, ...change }));
  const own = (state: RunState | undefined, id: number): JsonObject =>
    (state?.fibers.find((fiber) => fiber.id === id)?.own ?? {}) as JsonObject;
  return [
    ...of("payload", before?.payload, after.payload),
    ...of("vars", (before?.vars ?? {}) as JsonObject, after.vars as JsonObject),
    ...of("state", before?.state ?? null, after.state),
    ...after.fibers.flatMap(({ id }) => of(`fiber:${id}`, own(before, id), own(after, id))),
  ];
}

/** A state as people look at it. */
export interface ShownState {
  readonly status: string;
  readonly scopes: {
    readonly payload: Json;
    readonly vars: Json;
    readonly state: Json;
    readonly system: Json;
  };
  /** One for each line of control, the outermost frame first. */
  readonly frames: readonly ShownFiber[];
  readonly waits: readonly ShownWait[];
  readonly calls: readonly ShownCall[];
}

interface ShownFiber {
  readonly fiber: number;
  readonly parent?: number;
  readonly branch?: string;
  readonly item?: number;
  /** What it has of `vars` for itself. */
  readonly own: Json;
  readonly frames: readonly JsonObject[];
}

interface ShownPlace {
  readonly id: string;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
}

export interface ShownWait extends ShownPlace {
  readonly waitType: "event" | "time" | "human" | "child" | "quota";
  readonly event?: string;
  readonly key?: string;
  readonly filters?: Json;
  readonly until?: Instant;
  readonly title?: string;
  readonly workflow?: string;
}

export interface ShownCall extends ShownPlace {
  readonly action: string;
  readonly input: Json;
}

export function showState(state: RunState): ShownState {
  return {
    status: state.status,
    scopes: {
      payload: state.payload,
      vars: state.vars as JsonObject,
      state: state.state,
      system: { ...state.system },
    },
    frames: state.fibers.map(showFiber),
    waits: state.open.filter((open) => !isTimeoutOfAnother(open, state.open)).flatMap(showWait),
    calls: state.open.flatMap(({ command }) =>
      command.kind === "callAction"
        ? [{ ...placeOf(command.id, command), action: command.action, input: command.input }]
        : [],
    ),
  };
}

/** The timeout or the reminder of a wait: that tells of it itself. */
function isTimeoutOfAnother({ command }: OpenCommand, all: readonly OpenCommand[]): boolean {
  if (command.kind !== "startTimer") return false;
  const { execution } = command.place;
  return all.some(
    ({ command: other }) =>
      (other.kind === "openWait" || other.kind === "openTask") && other.place.execution === execution,
  );
}

function showFiber({ id, parent, branch, item, own, frames }: Fiber): ShownFiber {
  return {
    fiber: id,
    ...(parent === undefined ? {} : { parent }),
    ...(branch === undefined ? {} : { branch }),
    ...(item === undefined ? {} : { item }),
    own: own as JsonObject,
    frames: frames.map(showFrame),
  };
}

/** A frame in short: of a loop its position and the item at it, not all items. */
function showFrame(frame: Frame): JsonObject {
  if (frame.kind === "sequence") return { kind: "sequence", path: frame.path, pc: frame.pc };
  const { stepId, stepPath, iteration } = frame.place;
  const shown: JsonObject = { kind: frame.kind, stepId, stepPath, iteration: [...iteration] };
  switch (frame.kind) {
    case "forEach":
      return { ...shown, index: frame.index, length: frame.items.length, item: frame.items[frame.index] ?? null };
    case "concurrent":
      return {
        ...shown,
        next: frame.next,
        length: frame.items.length,
        concurrency: frame.concurrency,
        fibers: [...frame.fibers],
      };
    case "while":
      return { ...shown, index: frame.index, maxIterations: frame.maxIterations };
    case "tryCatch":
      return {
        ...shown,
        phase: frame.phase,
        ...(frame.error === undefined ? {} : { error: { ...frame.error } as JsonObject }),
      };
    case "saga":
      return { ...shown, phase: frame.phase, completed: frame.completed.map(({ place }) => place.stepPath) };
    case "parallel":
      return { ...shown, fibers: [...frame.fibers], counted: [...frame.counted], ended: Object.keys(frame.branches) };
    case "step":
    case "block":
      return shown;
    default:
      return frame satisfies never;
  }
}

function showWait({ command, runId }: OpenCommand): ShownWait[] {
  switch (command.kind) {
    case "openWait":
      return [
        {
          ...placeOf(command.id, command),
          waitType: "event",
          event: command.event,
          key: command.key,
          filters: command.filters.map((filter) => ({ ...filter }) as JsonObject),
          ...(command.timeoutAt === undefined ? {} : { until: command.timeoutAt }),
        },
      ];
    case "startTimer":
      return [
        {
          ...placeOf(command.id, command),
          waitType: "time",
          ...("dueAt" in command.when ? { until: command.when.dueAt } : {}),
        },
      ];
    case "openTask":
      return [
        {
          ...placeOf(command.id, command),
          waitType: "human",
          key: command.task.taskId,
          title: command.task.title,
          ...(command.task.timeoutAt === undefined ? {} : { until: command.task.timeoutAt }),
        },
      ];
    case "startChild":
      return [
        {
          ...placeOf(command.id, command),
          waitType: "child",
          workflow: command.workflow,
          ...(runId === undefined ? {} : { key: runId }),
        },
      ];
    case "pause":
      return [{ ...placeOf(command.id, command), waitType: "quota" }];
    default:
      return [];
  }
}

function placeOf(id: string, { place }: Extract<Command, { readonly place: unknown }>): ShownPlace {
  return { id, stepId: place.stepId, stepPath: place.stepPath, iteration: place.iteration };
}
