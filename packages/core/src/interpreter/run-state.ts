import type { SemanticsVersion } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import type { RunStatus } from "./journal-entry.ts";
import type {
  Command,
  CommandId,
  InboundEvent,
  Instant,
  Outcome,
  RunError,
  RunEvent,
  StartContext,
  StepPlace,
} from "./transition.ts";

/** Plain JSON: it survives a round trip unchanged, and continue-as-new carries it. */
export interface RunState {
  readonly format: 1;
  readonly semantics: SemanticsVersion;
  readonly payload: Json;
  readonly vars: { readonly [name: string]: Json };
  /** The business state set by `state.set`; null at first. */
  readonly state: Json;
  readonly system: StartContext;
  readonly fibers: readonly Fiber[];
  /** Commands that wait for their answer, in the order of their issue. */
  readonly open: readonly OpenCommand[];
  /** Ids of events that this run has taken. */
  readonly taken: readonly string[];
  /** Events that came past the inbox and wait for a wait. */
  readonly kept: readonly InboundEvent[];
  /** Action steps whose effects may remain: cancelled or timed out in flight, or of unknown outcome. */
  readonly mayRemain: readonly EffectPlace[];
  readonly nextSeq: number;
  readonly nextCommand: number;
  readonly nextFiber: number;
  readonly counters: Counters;
  readonly status: RunStatus;
  readonly cancel?: { readonly by: string; readonly reason?: string; readonly at: Instant };
  readonly outcome?: Outcome;
}

export interface EffectPlace {
  readonly stepPath: string;
  readonly iteration: readonly number[];
}

export interface Counters {
  /** Step executions begun. */
  readonly steps: number;
  /** Of these, the ones that are neither pure nor local: what continue-as-new counts. */
  readonly remoteSteps: number;
  readonly turn: number;
  /** Spent in this turn. */
  readonly fuelInTurn: number;
  /** In a row, without any outside event. */
  readonly yields: number;
  /** An upper bound of the state's size in bytes; counted exactly when it comes near the limit. */
  readonly bytesBound: number;
}

export interface OpenCommand {
  readonly command: Command;
  /** The fiber that waits for it; -1: the run itself. */
  readonly fiber: number;
  /** Of an `openWait`: `waitOpened` has come, so that a due timeout may close it. */
  readonly opened?: true;
  /** Of an `openWait`: its timeout fired before it was opened. */
  readonly due?: true;
  /** Of a `startChild`: the child that was started. */
  readonly runId?: string;
  /** Of an `openTask` of a named form: an answer that came before the form was known. */
  readonly answer?: Extract<RunEvent, { kind: "taskAnswered" }>;
  /** It is under way nowhere: nothing has to be withdrawn when its step ends. */
  readonly held?: true;
}

/**
 * One line of control: the root, a branch of `control.parallel`, an item of a concurrent `control.forEach`, or the
 * undoing of one step.
 */
export interface Fiber {
  readonly id: number;
  /** The fiber that waits for it; the root has none. */
  readonly parent?: number;
  readonly branch?: string;
  /** The index of its item. */
  readonly item?: number;
  readonly frames: readonly Frame[];
  /** What it has of `vars` for itself: a branch its `event`, `eventName` and `timeWait`, an item all that it writes. */
  readonly own: { readonly [name: string]: Json };
  /** Names of `vars` that it has removed for itself. */
  readonly hidden?: readonly string[];
  /** The step that it undoes. */
  readonly undoes?: Undoing;
  /** Completed steps of a branch or item that a saga around it may have to undo. */
  readonly completed?: readonly Undoable[];
  readonly status: "ready" | "blocked";
}

/** A completed step with `compensate`, as a saga remembers it. */
export interface Undoable {
  readonly place: StepPlace;
  /** `seq` of the entry that says it completed: the last is undone first. */
  readonly seq: number;
  /** The locals that it had, those around the saga left out. */
  readonly locals: { readonly [name: string]: Json };
  /** What its branch or item had of `vars` for itself when that ended; absent: it ran in the saga's own fiber. */
  readonly layer?: VarsLayer;
}

export interface VarsLayer {
  readonly own: { readonly [name: string]: Json };
  readonly hidden?: readonly string[];
  /** `all`: of an item, and so is everything that undoing writes; `events`: `event`, `eventName` and `timeWait` only. */
  readonly keeps: "all" | "events";
}

/** What a fiber that undoes a step needs of it beside its layer. */
export interface Undoing {
  readonly place: StepPlace;
  readonly locals: { readonly [name: string]: Json };
  readonly keeps?: "all" | "events";
}

/** How a sequence is left other than by its end. */
export type Completion =
  | { readonly kind: "error"; readonly error: RunError }
  | { readonly kind: "return"; readonly output: Json }
  | { readonly kind: "cancel" };

/** Decided: what happens when the last fiber of a parallel, or of a loop whose items run side by side, has ended. */
export type Ending = Completion | { readonly kind: "joined" };

export interface ItemError {
  readonly index: number;
  readonly error: RunError;
}

export interface BranchResult {
  readonly status: "SUCCEEDED" | "FAILED" | "CANCELED";
  readonly error?: RunError;
}

/** Of a call of a workflow. */
export interface ChildCall {
  /** The try that is under way, or was the last. */
  readonly attempt: number;
  /** While no child has it: until the next try. */
  readonly input?: Json;
}

/** Of a task that people are reminded of: the timer of the next one, and how many there were. */
interface Reminders {
  readonly timer?: CommandId;
  readonly sent: number;
}

/** Explicit frames, innermost last. A sequence's `path` names a list of steps, such as `root.steps[2].then.steps`. */
export type Frame =
  | { readonly kind: "sequence"; readonly path: string; readonly pc: number }
  /** A step that waits for answers to its commands. `fuel`: what its expressions have used. */
  | {
      readonly kind: "step";
      readonly place: StepPlace;
      readonly commands: readonly CommandId[];
      readonly fuel: number;
      readonly reminders?: Reminders;
      readonly call?: ChildCall;
    }
  | { readonly kind: "block"; readonly place: StepPlace }
  | {
      readonly kind: "forEach";
      readonly place: StepPlace;
      readonly items: readonly Json[];
      readonly index: number;
      readonly collected?: readonly Json[];
      readonly errors?: readonly ItemError[];
    }
  /** A loop whose items run side by side, each in a fiber of its own. */
  | {
      readonly kind: "concurrent";
      readonly place: StepPlace;
      readonly items: readonly Json[];
      readonly concurrency: number;
      /** The index of the item that begins next. */
      readonly next: number;
      /** Items under way. */
      readonly fibers: readonly number[];
      /** By index; null until an item's value is there. */
      readonly collected?: readonly Json[];
      readonly errors?: readonly ItemError[];
      readonly ending?: Ending;
    }
  | { readonly kind: "while"; readonly place: StepPlace; readonly index: number; readonly maxIterations: number }
  | {
      readonly kind: "tryCatch";
      readonly place: StepPlace;
      readonly phase: "try" | "catch" | "finally";
      /** In the phase `catch`: what was caught. */
      readonly error?: RunError;
      /** In the phase `finally`: how the block goes on being left afterwards; absent: normally. */
      readonly pending?: Completion;
    }
  | {
      readonly kind: "saga";
      readonly phase: "body";
      readonly place: StepPlace;
      readonly completed: readonly Undoable[];
      /** How long the undoing may take, where that was computed. */
      readonly compensateTimeoutMs?: number;
    }
  | {
      readonly kind: "saga";
      readonly phase: "undo";
      readonly place: StepPlace;
      /** Steps that are still to be undone, the next one last. */
      readonly completed: readonly Undoable[];
      /** How the saga goes on being left afterwards. */
      readonly pending: Completion;
      /** What undoes a step now. */
      readonly fiber: number;
      readonly timer: CommandId;
      readonly dueAt: Instant;
    }
  | {
      readonly kind: "parallel";
      readonly place: StepPlace;
      /** Branches that have not ended. */
      readonly fibers: readonly number[];
      readonly branches: { readonly [id: string]: BranchResult };
      /** Ids of the branches that succeeded, in the order of completion. */
      readonly counted: readonly string[];
      /** How many have to, where that was computed. */
      readonly quorum?: number;
      readonly ending?: Ending;
    };
