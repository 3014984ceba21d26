import { openCommands, resume, start } from "../interpreter/interpret.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import type {
  ActionError,
  ChildError,
  ChildResult,
  Command,
  CommandOf,
  InboundEvent,
  Instant,
  JournalEntry,
  Outcome,
  RunEvent,
  RunState,
  StartContext,
  StepStatus,
  Transition,
} from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import type { Json } from "../values/json.ts";

/** How an action of a test world answers. Left out `afterMs`: 1 ms. `never`: it does not. */
export type Answer = { readonly afterMs?: number } & (
  | { readonly output: Json }
  | { readonly error: Partial<ActionError> }
  | { readonly never: true }
);
export type Call = {
  readonly action: string;
  readonly stepId: string;
  readonly iteration: readonly number[];
  readonly input: Json;
};

export interface TaskAnswer {
  readonly atMs: number;
  readonly stepId?: string;
  readonly answer: Json;
  readonly by?: string;
  readonly override?: boolean;
  readonly submissionId?: string;
}

/** How a child run ends. `refused`: none could be opened. */
export type ChildAnswer = { readonly afterMs?: number } & (
  | { readonly output: Json }
  | { readonly error: ChildError }
  | { readonly refused: ChildError }
  | { readonly never: true }
);
export interface Child {
  readonly workflow: string;
  readonly stepId: string;
  readonly iteration: readonly number[];
  readonly input: Json;
  readonly attempt: number;
}

export interface WorldOptions {
  readonly payload?: Json;
  readonly act?: (call: Call) => Answer;
  /** Whether a call is held for want of quota; asked each time that it is issued. `before`: how often it was held. */
  readonly hold?: (call: Call, before: number) => boolean;
  /** How long after a pause the quota is released; left out: 50 ms. */
  readonly releaseAfterMs?: number;
  readonly child?: (child: Child) => ChildAnswer;
  /** Events past the inbox by signal, at their time. */
  readonly events?: readonly {
    readonly atMs: number;
    readonly event: Partial<InboundEvent> & { readonly name: string };
  }[];
  /** Answers to the task that was opened first of those open then, or of those of a step. */
  readonly answers?: readonly TaskAnswer[];
  /** Schemas of named forms. */
  readonly forms?: { readonly [name: string]: Json };
  readonly cancelAtMs?: number;
  /** Applied to the state between any two events. */
  readonly checkpoint?: (state: RunState) => RunState;
  /** Sees every transition with the state and event that it was made from. */
  readonly watch?: (transition: Transition, from?: { readonly state: RunState; readonly event: RunEvent }) => void;
  readonly eventsMax?: number;
}

export interface TraceStep {
  readonly stepId: string;
  readonly iteration: readonly number[];
  readonly status: StepStatus;
  readonly attempt?: number;
}

export interface Ran {
  readonly state: RunState;
  readonly journal: readonly JournalEntry[];
  readonly outcome: Outcome | undefined;
  readonly trace: readonly TraceStep[];
  readonly effects: readonly Call[];
  readonly children: readonly Child[];
  readonly events: readonly RunEvent[];
  /** When the run ended, or nothing could happen any more, after its start. */
  readonly endedAtMs: number;
}

export const epochMs = instantMs("2031-01-01T00:00:00.000Z");

type Pending = { readonly atMs: number; readonly order: number } & {
  readonly make: (now: Instant, turn: number) => RunEvent | undefined;
};

/** A virtual shell: performs commands against a world on a virtual clock, until the run ends or nothing can happen any more. */
export function run(program: Program, options: WorldOptions = {}): Ran {
  const journal: JournalEntry[] = [];
  const effects: Call[] = [];
  const children: Child[] = [];
  const events: RunEvent[] = [];
  const open = new Set<string>();
  const held = new Map<string, number>();
  let pending: Pending[] = [];
  let order = 0;
  let nowMs = epochMs;
  let turn = 1;
  let state: RunState;
  const at = (delayMs: number, make: Pending["make"]): void => {
    pending.push({ atMs: nowMs + Math.max(0, delayMs), order: (order += 1), make });
  };
  const take = (transition: Transition): RunState => {
    journal.push(...transition.journal);
    for (const command of transition.commands) perform(command);
    return options.checkpoint === undefined ? transition.state : options.checkpoint(transition.state);
  };
  const perform = (command: Command): void => {
    const { id } = command;
    switch (command.kind) {
      case "callAction": {
        open.add(id);
        const call: Call = {
          action: command.action,
          stepId: command.place.stepId,
          iteration: command.place.iteration,
          input: command.input,
        };
        const before = held.get(id) ?? 0;
        if (options.hold?.(call, before) === true) {
          held.set(id, before + 1);
          at(0, (now, of) => (open.has(id) ? { kind: "actionHeld", id, now, turn: of } : undefined));
          return;
        }
        effects.push(call);
        answer(command, options.act?.(call) ?? { output: null });
        return;
      }
      case "startTimer":
        open.add(id);
        if (!("dueAt" in command.when)) throw new Error("a test world has no calendars");
        at(instantMs(command.when.dueAt) - nowMs, (now, of) =>
          open.has(id) ? { kind: "timerFired", id, now, turn: of } : undefined,
        );
        return;
      case "openWait":
        open.add(id);
        at(0, (now, of) => ({ kind: "waitOpened", id, candidates: [], now, turn: of }));
        return;
      case "openTask":
        open.add(id);
        at(0, (now, of) => {
          if (!open.has(id)) return undefined;
          const { taskId, form } = command.task;
          const schema = "ref" in form ? options.forms?.[form.ref] : undefined;
          return { kind: "taskOpened", id, taskId, ...(schema === undefined ? {} : { schema }), now, turn: of };
        });
        return;
      case "pause":
        at(options.releaseAfterMs ?? 50, (now, of) => ({ kind: "quotaReleased", now, turn: of }));
        return;
      case "startChild":
        open.add(id);
        startChild(command);
        return;
      case "yield":
        at(0, (now, of) => ({ kind: "continue", now, turn: of }));
        return;
      case "cancelAction":
      case "cancelTimer":
      case "closeWait":
      case "closeTask":
      case "cancelChild":
        open.delete(id);
        return;
      case "finish":
        return;
    }
  };
  const startChild = ({ id, workflow, place, input, attempt }: CommandOf<"startChild">): void => {
    const child: Child = { workflow, stepId: place.stepId, iteration: place.iteration, input, attempt };
    children.push(child);
    const given = options.child?.(child) ?? { output: null };
    if ("refused" in given) {
      at(0, (now, of) => ({ kind: "childFailed", id, error: given.refused, now, turn: of }));
      return;
    }
    at(0, (now, of) => ({ kind: "childStarted", id, runId: `child-${id}`, now, turn: of }));
    if ("never" in given) return;
    at(given.afterMs ?? 1, (now, of) =>
      "output" in given
        ? { kind: "childSucceeded", id, result: childResult(`child-${id}`, child, given.output), now, turn: of }
        : { kind: "childFailed", id, error: given.error, now, turn: of },
    );
  };
  const answer = (command: CommandOf<"callAction">, given: Answer): void => {
    const { id } = command;
    if ("never" in given) return;
    // A result that comes after its call was cancelled comes all the same: late.
    at(given.afterMs ?? 1, (now, of) =>
      "output" in given
        ? { kind: "actionSucceeded", id, output: given.output, attempt: 1, now, turn: of }
        : {
            kind: "actionFailed",
            id,
            error: { category: "ActionError", code: "ACTION_FAILED", message: "failed", attempt: 1, ...given.error },
            now,
            turn: of,
          },
    );
  };

  for (const { atMs, event } of options.events ?? [])
    at(atMs, (now, of) => ({ kind: "eventArrived", event: inbound(event, now), now, turn: of }));
  for (const { atMs, stepId, answer: given, by = "ada", override = false, submissionId } of options.answers ?? []) {
    at(atMs, (now, of) => {
      const asked = openCommands(state).find(
        (command) => command.kind === "openTask" && (stepId === undefined || command.place.stepId === stepId),
      );
      const taskId = asked?.kind === "openTask" ? asked.task.taskId : "closed";
      const who = submissionId === undefined ? { by, override } : { by, override, submissionId };
      return { kind: "taskAnswered", taskId, answer: given, ...who, now, turn: of };
    });
  }
  if (options.cancelAtMs !== undefined)
    at(options.cancelAtMs, (now, of) => ({ kind: "cancelRequested", by: "tester", now, turn: of }));
  const first = start(program, options.payload ?? null, startContext(program));
  options.watch?.(first);
  state = take(first);
  let outcome = first.outcome;
  while (outcome === undefined && pending.length > 0) {
    if (events.length >= (options.eventsMax ?? 100_000)) throw new Error("the run does not end");
    const next = pending.reduce((a, b) => (b.atMs < a.atMs || (b.atMs === a.atMs && b.order < a.order) ? b : a));
    pending = pending.filter((one) => one !== next);
    nowMs = next.atMs;
    const event = next.make(instantFromMs(nowMs), turn + 1);
    if (event === undefined) continue;
    turn += 1;
    events.push(event);
    const from = { state, event };
    const transition = resume(program, state, event);
    options.watch?.(transition, from);
    outcome = transition.outcome;
    state = take(transition);
  }
  return { state, journal, outcome, trace: traceOf(journal), effects, children, events, endedAtMs: nowMs - epochMs };
}

/** What a child leaves its parent; its variables are what it was given. */
export function childResult(runId: string, { workflow, input, attempt }: Child, output: Json): ChildResult {
  const meta = { runId, workflow, version: attempt };
  return { runId, output, payload: input, vars: { given: input }, local: {}, meta, system: meta };
}

export function startContext(program: Program): StartContext {
  const now = instantFromMs(epochMs);
  return {
    runId: "run-1",
    workflow: program.workflow,
    version: 1,
    definitionHash: program.definitionHash,
    tenantId: "tenant-1",
    startedAt: now,
    now,
    turn: 1,
  };
}

export function inbound(event: Partial<InboundEvent> & { readonly name: string }, now: Instant): InboundEvent {
  return { id: `event-${event.name}`, source: "test", payload: null, correlationKey: "key", receivedAt: now, ...event };
}

/** The step executions of a journal in the order of their start, each with its last status. */
export function traceOf(journal: readonly JournalEntry[]): TraceStep[] {
  const steps = new Map<number, TraceStep>();
  for (const entry of journal) {
    if (entry.kind !== "step") continue;
    const attempt = entry.data?.attempt;
    steps.set(entry.execution, {
      stepId: entry.stepId,
      iteration: entry.iteration,
      status: entry.status,
      ...(attempt === undefined ? {} : { attempt }),
    });
  }
  return [...steps.values()];
}

/** A trace in one line a step, for comparison: `send[2] SUCCEEDED`. */
export function lines(trace: readonly TraceStep[]): string[] {
  return trace.map(
    ({ stepId, iteration, status }) => `${stepId}${iteration.length === 0 ? "" : `[${iteration.join(".")}]`} ${status}`,
  );
}

/** What a state and its journal promise after any transition; returns the first broken promise. */
export function brokenPromise(
  { state, commands, journal, outcome }: Transition,
  from?: { readonly state: RunState },
): string | undefined {
  const firstSeq = from?.state.nextSeq ?? 1;
  if (journal.some((entry, i) => entry.seq !== firstSeq + i))
    return `entries are numbered ${journal.map((entry) => entry.seq).join()} after ${firstSeq - 1}`;
  if (state.nextSeq !== firstSeq + journal.length) return `nextSeq is ${state.nextSeq}`;
  if (journal[0]?.kind !== "input") return "the first entry is no input";
  const ids = state.open.map(({ command }) => command.id);
  if (new Set(ids).size !== ids.length) return `open commands repeat: ${ids.join()}`;
  for (const command of commands) {
    if (command.kind.startsWith("cancel") || command.kind.startsWith("close")) {
      if (ids.includes(command.id)) return `${command.id} was closed and is open`;
      if (from !== undefined && !from.state.open.some((open) => open.command.id === command.id && open.held !== true))
        return `${command.id} was closed without having been open`;
    }
  }
  if (outcome !== undefined) {
    if (ids.length > 0 || state.fibers.length > 0) return "the run has ended and something is open";
    return undefined;
  }
  const ready = state.fibers.some((fiber) => fiber.status === "ready");
  const yielding = openCommands(state).some((command) => command.kind === "yield");
  if (ready !== yielding)
    return ready ? "a fiber is ready and nothing will run it" : "the run yields without a ready fiber";
  for (const fiber of state.fibers) {
    const top = fiber.frames[fiber.frames.length - 1];
    if (fiber.status === "ready") continue;
    if (
      top?.kind === "step"
        ? !top.commands.some((id) => ids.includes(id))
        : top?.kind === "saga"
          ? top.phase !== "undo" || !state.fibers.some(({ id }) => id === top.fiber)
          : (top?.kind !== "parallel" && top?.kind !== "concurrent") || top.fibers.length === 0
    )
      return `fiber ${fiber.id} waits for nothing`;
  }
  return undefined;
}
