import { canonicalHash } from "../canonical/canonical-hash.ts";
import type { Program, SemanticsVersion } from "../program/program.ts";
import { instantMs } from "../time/instant.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { Corruption } from "./failure.ts";
import type { ProgramIndex } from "./program-index.ts";
import { programIndex, rootList } from "./program-index.ts";
import type { Behaviour } from "./semantics.ts";
import { semantics } from "./semantics.ts";
import type {
  Command,
  CommandId,
  EffectPlace,
  Frame,
  InboundEvent,
  Instant,
  JournalEntry,
  OpenCommand,
  Outcome,
  RunEntryData,
  RunState,
  RunStatus,
  StartContext,
  StepPlace,
  Transition,
  Undoable,
  Undoing,
} from "./transition.ts";

// Bound once: in workflow code each look at a global costs an interception.
const OwnSet = Set;
const OwnMap = Map;

export type Vars = { readonly [name: string]: Json };

export interface WorkFiber {
  readonly id: number;
  readonly parent?: number;
  readonly branch?: string;
  readonly item?: number;
  frames: Frame[];
  own: Vars;
  hidden?: readonly string[];
  readonly undoes?: Undoing;
  completed?: readonly Undoable[];
  status: "ready" | "blocked";
}

/** What expressions see of the frames around a fiber's current step. */
export interface FiberContext {
  readonly iteration: readonly number[];
  readonly lexical: { readonly [name: string]: Json };
}

/**
 * The working copy of a run's state during one transition. Arrays and fibers are its own; frames, commands and values
 * are shared with the state that it was made from and with the next one, so they are replaced, never changed, except
 * the containers in `owned`, which this transition made.
 */
export interface Machine {
  readonly program: Program;
  readonly index: ProgramIndex;
  readonly behaviour: Behaviour;
  readonly semantics: SemanticsVersion;
  readonly system: StartContext;
  readonly now: Instant;
  readonly nowMs: number;
  readonly meta: Json;

  payload: Json;
  vars: Vars;
  state: Json;
  readonly fibers: WorkFiber[];
  open: OpenCommand[];
  taken: readonly string[];
  kept: readonly InboundEvent[];
  mayRemain: readonly EffectPlace[];
  nextSeq: number;
  nextCommand: number;
  nextFiber: number;
  steps: number;
  remoteSteps: number;
  turn: number;
  fuelInTurn: number;
  yields: number;
  bytesBound: number;
  status: RunStatus;
  cancel: RunState["cancel"] | undefined;
  outcome: Outcome | undefined;
  /** A yield is open: the run does nothing but take in events until it is told to continue. */
  yielding: boolean;

  // Of this transition alone.
  readonly commands: Command[];
  readonly journal: JournalEntry[];
  readonly owned: Set<object>;
  readonly contexts: Map<number, FiberContext>;
  /** Rises with each write, so that views of `vars` know when they are old. */
  varsVersion: number;
  readonly views: Map<number, { readonly version: number; readonly vars: Vars }>;
  /** The step whose work may fail now, and what its expressions have used. */
  place: StepPlace;
  stepFuel: number;
  scope: { readonly [name: string]: Json } | undefined;
  /** `seq` kept for the entry that ends the run. */
  finalSeq: number;
  /** The transition ends before the step whose first entry would have this `seq`; 0: it does not. */
  stopBefore: number;
}

/** Where something stands that belongs to the run as a whole. */
export const runPlace: StepPlace = { stepId: "", stepPath: "root", iteration: [], execution: 0 };

export function newMachine(program: Program, payload: Json, context: StartContext): Machine {
  const m = emptyMachine(program, program.semantics, context, context.now);
  m.payload = payload;
  m.turn = context.turn;
  m.fibers.push({ id: 0, frames: [{ kind: "sequence", path: rootList, pc: 0 }], own: {}, status: "ready" });
  m.nextFiber = 1;
  return m;
}

export function machineOf(program: Program, state: RunState, now: Instant): Machine {
  const m = emptyMachine(program, state.semantics, state.system, now);
  m.payload = state.payload;
  m.vars = state.vars;
  m.state = state.state;
  for (let i = 0; i < state.fibers.length; i += 1) {
    const fiber = state.fibers[i] as WorkFiber;
    m.fibers.push({ ...fiber, frames: fiber.frames.slice() });
  }
  m.open = state.open.slice();
  m.taken = state.taken;
  m.kept = state.kept;
  m.mayRemain = state.mayRemain;
  m.nextSeq = state.nextSeq;
  m.nextCommand = state.nextCommand;
  m.nextFiber = state.nextFiber;
  m.steps = state.counters.steps;
  m.remoteSteps = state.counters.remoteSteps;
  m.turn = state.counters.turn;
  m.fuelInTurn = state.counters.fuelInTurn;
  m.yields = state.counters.yields;
  m.bytesBound = state.counters.bytesBound;
  m.status = state.status;
  m.cancel = state.cancel;
  m.outcome = state.outcome;
  for (let i = 0; i < m.open.length; i += 1) if ((m.open[i] as OpenCommand).command.kind === "yield") m.yielding = true;
  return m;
}

/** A run as its expressions see it: `meta`, which is `system`. */
export function metaOf(system: StartContext, now: Instant, version: SemanticsVersion): JsonObject {
  return {
    runId: system.runId,
    workflow: system.workflow,
    version: system.version,
    definitionHash: system.definitionHash,
    tenantId: system.tenantId,
    startedAt: system.startedAt,
    now,
    runtimeSemanticsVersion: version,
  };
}

function emptyMachine(program: Program, version: SemanticsVersion, system: StartContext, now: Instant): Machine {
  const behaviour = semantics[version] as Behaviour | undefined;
  if (behaviour === undefined) throw new Corruption(`There are no semantics of version ${version}.`);
  return {
    program,
    index: programIndex(program),
    behaviour,
    semantics: version,
    system,
    now,
    nowMs: instantMs(now),
    meta: metaOf(system, now, version),
    payload: null,
    vars: {},
    state: null,
    fibers: [],
    open: [],
    taken: [],
    kept: [],
    mayRemain: [],
    nextSeq: 1,
    nextCommand: 1,
    nextFiber: 0,
    steps: 0,
    remoteSteps: 0,
    turn: 0,
    fuelInTurn: 0,
    yields: 0,
    bytesBound: 0,
    status: "RUNNING",
    cancel: undefined,
    outcome: undefined,
    yielding: false,
    commands: [],
    journal: [],
    owned: new OwnSet(),
    contexts: new OwnMap(),
    varsVersion: 0,
    views: new OwnMap(),
    place: runPlace,
    stepFuel: 0,
    scope: undefined,
    finalSeq: 0,
    stopBefore: 0,
  };
}

/** The transition that the machine has made. */
export function seal(m: Machine): Transition {
  // Stopped in the middle: what the run's status would be is for whoever goes on.
  if (m.nextSeq === m.stopBefore) return { state: stateOf(m), commands: m.commands, journal: m.journal };
  if (m.outcome === undefined) {
    const status = statusNow(m);
    if (status !== m.status) {
      m.status = status;
      m.journal.push({ seq: takeSeq(m), at: m.now, kind: "run", status });
    }
    return { state: stateOf(m), commands: m.commands, journal: m.journal };
  }
  const state = stateOf(m);
  if (m.finalSeq > 0) {
    const data: { -readonly [K in keyof RunEntryData]: RunEntryData[K] } = {
      stateHash: stateHash(state),
      steps: m.steps,
    };
    if (m.outcome.status === "succeeded") data.output = m.outcome.output;
    else data.error = m.outcome.error;
    m.journal.push({ seq: m.finalSeq, at: m.now, kind: "run", status: m.status, data });
  }
  return { state, commands: m.commands, journal: m.journal, outcome: m.outcome };
}

/**
 * SHA-256 of the canonical JSON of the state without `nextSeq`. Of an ended run nothing but `nextSeq` changes any more
 * (late events are journalled), so the hash that its last `run` entry records is the hash of any later fold too.
 */
export function stateHash(state: RunState): string {
  return canonicalHash({ ...state, nextSeq: undefined });
}

/** SHA-256 of the canonical JSON of journal entries, to compare what two transitions wrote. */
export function entriesHash(entries: readonly JournalEntry[]): string {
  return canonicalHash(entries);
}

function stateOf(m: Machine): RunState {
  const state: { -readonly [K in keyof RunState]: RunState[K] } = {
    format: 1,
    semantics: m.semantics,
    payload: m.payload,
    vars: m.vars,
    state: m.state,
    system: m.system,
    fibers: m.fibers,
    open: m.open,
    taken: m.taken,
    kept: m.kept,
    mayRemain: m.mayRemain,
    nextSeq: m.nextSeq,
    nextCommand: m.nextCommand,
    nextFiber: m.nextFiber,
    counters: {
      steps: m.steps,
      remoteSteps: m.remoteSteps,
      turn: m.turn,
      fuelInTurn: m.fuelInTurn,
      yields: m.yields,
      bytesBound: m.bytesBound,
    },
    status: m.status,
  };
  if (m.cancel !== undefined) state.cancel = m.cancel;
  if (m.outcome !== undefined) state.outcome = m.outcome;
  return state;
}

/**
 * PAUSED while calls are held; else WAITING when nothing but waits, timers and children keeps the run: no fiber is
 * ready and no action is called.
 */
function statusNow(m: Machine): RunStatus {
  for (let i = 0; i < m.open.length; i += 1) if ((m.open[i] as OpenCommand).command.kind === "pause") return "PAUSED";
  for (let i = 0; i < m.fibers.length; i += 1) if ((m.fibers[i] as WorkFiber).status === "ready") return "RUNNING";
  for (let i = 0; i < m.open.length; i += 1)
    if ((m.open[i] as OpenCommand).command.kind === "callAction") return "RUNNING";
  return "WAITING";
}

export function takeSeq(m: Machine): number {
  const seq = m.nextSeq;
  m.nextSeq = seq + 1;
  return seq;
}

export function takeCommandId(m: Machine): CommandId {
  const id = "c" + m.nextCommand;
  m.nextCommand += 1;
  return id;
}

/** Issues a command that waits for its answer. */
export function issue(m: Machine, fiber: number, command: Command): void {
  m.commands.push(command);
  m.open.push({ command, fiber });
}

export function openCommand(m: Machine, id: CommandId): OpenCommand | undefined {
  for (let i = 0; i < m.open.length; i += 1) {
    const open = m.open[i] as OpenCommand;
    if (open.command.id === id) return open;
  }
  return undefined;
}

export function closeCommand(m: Machine, id: CommandId): void {
  m.open = m.open.filter((open) => open.command.id !== id);
}

export function replaceOpen(m: Machine, old: OpenCommand, next: OpenCommand): void {
  m.open[m.open.indexOf(old)] = next;
}

/** Withdraws a command that this very transition issued, so that nobody ever performs it; false when it is older. */
export function withdraw(m: Machine, id: CommandId): boolean {
  for (let i = m.commands.length - 1; i >= 0; i -= 1) {
    if ((m.commands[i] as Command).id === id) {
      m.commands.splice(i, 1);
      return true;
    }
  }
  return false;
}

export function fiberOf(m: Machine, id: number): WorkFiber {
  for (let i = 0; i < m.fibers.length; i += 1) {
    const fiber = m.fibers[i] as WorkFiber;
    if (fiber.id === id) return fiber;
  }
  throw new Corruption(`There is no fiber ${id}.`);
}

export function topFrame(fiber: WorkFiber): Frame | undefined {
  return fiber.frames[fiber.frames.length - 1];
}

export function pushFrame(m: Machine, fiber: WorkFiber, frame: Frame): void {
  fiber.frames.push(frame);
  if (frame.kind !== "sequence") m.contexts.delete(fiber.id);
}

export function popFrame(m: Machine, fiber: WorkFiber): void {
  const frame = fiber.frames.pop();
  if (frame !== undefined && frame.kind !== "sequence") m.contexts.delete(fiber.id);
}

export function replaceTop(m: Machine, fiber: WorkFiber, frame: Frame): void {
  fiber.frames[fiber.frames.length - 1] = frame;
  if (frame.kind !== "sequence") m.contexts.delete(fiber.id);
}
