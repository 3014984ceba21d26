import type { ActionFacts, FilterOp, RetryPolicy, SemanticsVersion } from "../program/program.ts";
import type { Json } from "../values/json.ts";

/** RFC 3339, UTC, with milliseconds: `2031-03-30T00:30:00.000Z`. */
export type Instant = string;
/** `c1`, `c2` ...: given by the interpreter, unique in the run. */
export type CommandId = string;

export type ErrorCategory =
  | "ValidationError"
  | "ExpressionError"
  | "TransientError"
  | "ActionError"
  | "TimeoutError"
  | "QuotaExceededError"
  | "ChildWorkflowError"
  | "BusinessError"
  | "ControlError"
  | "Cancellation"
  | "InterpreterCorruption";

export interface RunError {
  readonly category: ErrorCategory;
  readonly code: string;
  readonly message: string;
  readonly stepId?: string;
  /** The step path. */
  readonly nodePath?: string;
  readonly at: Instant;
  readonly attempt?: number;
  readonly details?: Json;
}

export type Outcome =
  | { readonly status: "succeeded"; readonly output: Json }
  | { readonly status: "failed"; readonly error: RunError }
  | { readonly status: "canceled"; readonly error: RunError };

/** What `start` is given beside program and payload. */
export interface StartContext {
  readonly runId: string;
  readonly workflow: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly tenantId: string;
  readonly startedAt: Instant;
  readonly now: Instant;
  readonly turn: number;
}

/** An event as an `event.wait` sees it. */
export interface InboundEvent {
  /** Ours (the inbox row's id), or the sender's for a signal that came past the inbox. */
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly payload: Json;
  readonly correlationKey: string;
  readonly receivedAt: Instant;
  /**
   * True when an inbox row stands behind it: what no wait takes may then be taken by another run and is found again by look-back.
   * Otherwise the run itself keeps it until a wait takes it.
   */
  readonly inbox?: boolean;
}

export interface WaitFilter {
  readonly path: string;
  readonly op: FilterOp;
  readonly value?: Json;
}

/** Where a step execution stands: equal for all tries of it, different for each turn of a loop. */
export interface StepPlace {
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  /** `seq` of the entry that started this step execution. */
  readonly execution: number;
}

export type ResolvedWhen =
  | { readonly dueAt: Instant }
  | { readonly business: { readonly days?: number; readonly hours?: number; readonly calendar: string } };

export type Command = { readonly id: CommandId } & (
  | {
      readonly kind: "callAction";
      readonly place: StepPlace;
      readonly action: string;
      readonly facts: ActionFacts;
      /** Mapped; secrets stand as `{$secret: name, format?}` at the places that `secrets` names. */
      readonly input: Json;
      /**
       * RFC 6901 pointers into `input` of the secrets that the author asked for. Nothing else may be resolved: an event or a
       * payload can hold `{$secret: ..}` as mere data, and would otherwise read any secret of the tenant.
       */
      readonly secrets?: readonly string[];
      readonly authoredKey?: string;
      readonly timeoutMs: number;
      readonly retry?: RetryPolicy;
      /** Tries that were already made and reported, as by a segment that handed the call back. */
      readonly attemptsMade: number;
      /** Asked to be performed as an ordinary activity although its action is local. */
      readonly handedBack?: true;
    }
  | { readonly kind: "cancelAction" }
  | { readonly kind: "startTimer"; readonly place: StepPlace; readonly when: ResolvedWhen }
  | { readonly kind: "cancelTimer" }
  | {
      readonly kind: "openWait";
      readonly place: StepPlace;
      readonly event: string;
      readonly key: string;
      readonly filters: readonly WaitFilter[];
      readonly lookbackMs?: number;
      readonly timeoutAt?: Instant;
    }
  | { readonly kind: "closeWait"; readonly outcome: WaitOutcome }
  | { readonly kind: "yield" }
  | { readonly kind: "finish"; readonly outcome: Outcome }
);

export type WaitOutcome = "taken" | "timeout" | "canceled";

export type CommandKind = Command["kind"];
export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>;

/**
 * A value over 1 KiB that the journal names instead of holding: content-addressed in the tenant's blobs.
 * Whoever makes the event sets it; the fold resolves it.
 */
export interface ValueReference {
  readonly hash: string;
  readonly bytes: number;
}

/** `turn` rises with each activation; all results of one segment have one. */
export type RunEvent = { readonly now: Instant; readonly turn: number } & (
  | {
      readonly kind: "actionSucceeded";
      readonly id: CommandId;
      readonly output: Json;
      readonly attempt: number;
      readonly reference?: ValueReference;
    }
  | { readonly kind: "actionFailed"; readonly id: CommandId; readonly error: ActionError }
  /** A segment's try failed and may be repeated: the call goes on as an ordinary activity. */
  | {
      readonly kind: "actionHandedBack";
      readonly id: CommandId;
      readonly attemptsMade: number;
      readonly error: ActionError;
    }
  | {
      readonly kind: "timerStarted";
      readonly id: CommandId;
      readonly dueAt: Instant;
      readonly calendarVersion?: number;
    }
  | { readonly kind: "timerFired"; readonly id: CommandId }
  | {
      readonly kind: "waitOpened";
      readonly id: CommandId;
      readonly candidates: readonly InboundEvent[];
      readonly references?: { readonly [eventId: string]: ValueReference };
    }
  | { readonly kind: "eventArrived"; readonly event: InboundEvent; readonly reference?: ValueReference }
  | { readonly kind: "cancelRequested"; readonly by: string; readonly reason?: string }
  | { readonly kind: "historyBudgetSpent" }
  | { readonly kind: "continue" }
);

/** An action's error as the wrapper reports it; the interpreter adds the place. */
export interface ActionError {
  readonly category: ErrorCategory;
  readonly code: string;
  readonly message: string;
  readonly attempt: number;
  readonly details?: Json;
}

export type StepStatus = "RUNNING" | "WAITING" | "SUCCEEDED" | "FAILED" | "CANCELED" | "SKIPPED";
export type RunStatus = "RUNNING" | "WAITING" | "PAUSED" | "SUCCEEDED" | "FAILED" | "CANCELED";

interface EntryCommon {
  /** 1, 2, 3 ... over the whole chain of executions. */
  readonly seq: number;
  readonly at: Instant;
}

/**
 * How a run describes itself. The projection is a view of these entries; entries of kind `input` suffice to recompute the run.
 * Entries about one step execution carry its `execution`, entries about one wait its `waitId`.
 */
export type JournalEntry = EntryCommon &
  /** Exactly what `start` or `resume` was given, large values as references. The first entry of a run is `start`. */
  (
    | { readonly kind: "input"; readonly data: JournalInput }
    /** The run's status changed. `data` at the end: output or error, and the hash of the final state. */
    | { readonly kind: "run"; readonly status: RunStatus; readonly data?: RunEntryData }
    | ({
        readonly kind: "step";
        readonly status: StepStatus;
        readonly data?: StepEntryData;
      } & StepPlace)
    | ({
        readonly kind: "wait";
        readonly waitId: CommandId;
        readonly waitType: "time" | "event";
        readonly status: "WAITING" | "RESOLVED" | "CANCELED";
        readonly data?: WaitEntryData;
      } & StepPlace)
    /** The business state of the run. */
    | { readonly kind: "state"; readonly data: Json }
    /** What the run did with an event: taken by a wait, or ignored and why. */
    | {
        readonly kind: "event";
        readonly eventId: string;
        readonly verdict: "taken" | "ignored" | "kept";
        readonly data?: { readonly waitId?: CommandId; readonly reason?: string };
      }
    /** Something that came after its command had closed. */
    | { readonly kind: "late"; readonly data: { readonly event: RunEvent["kind"]; readonly id?: string } }
  );

export type EntryKind = JournalEntry["kind"];

export type JournalInput =
  | {
      readonly kind: "start";
      readonly context: StartContext;
      readonly payload?: Json;
      readonly reference?: ValueReference;
    }
  | { readonly kind: "resume"; readonly event: Json };

export interface RunEntryData {
  readonly output?: Json;
  readonly error?: RunError;
  readonly stateHash?: string;
  readonly steps?: number;
  readonly reason?: string;
}

export interface StepEntryData {
  readonly type?: string;
  readonly attempt?: number;
  /** At most 1 KiB; a larger one stands as `outputReference`. */
  readonly output?: Json;
  readonly outputReference?: ValueReference;
  readonly error?: RunError;
  /** The command by which the step acts: joins the step with its invocation, where the input is. */
  readonly commandId?: CommandId;
}

export interface WaitEntryData {
  readonly event?: string;
  readonly key?: string;
  readonly filters?: readonly WaitFilter[];
  readonly timeoutAt?: Instant;
  readonly lookbackMs?: number;
  readonly resolvedBy?: "event" | "time" | "timeout" | "cancel" | "end";
  readonly eventId?: string;
  readonly source?: string;
  readonly receivedAt?: Instant;
  /** At most 1 KiB; a larger one stands as `payloadReference`, where the event brought one. */
  readonly payload?: Json;
  readonly payloadReference?: ValueReference;
}

export interface Transition {
  readonly state: RunState;
  readonly commands: readonly Command[];
  readonly journal: readonly JournalEntry[];
  readonly outcome?: Outcome;
}

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
}

/** One line of control: the root, or a branch of `control.parallel`. */
export interface Fiber {
  readonly id: number;
  /** The fiber that waits for it; the root has none. */
  readonly parent?: number;
  readonly branch?: string;
  readonly frames: readonly Frame[];
  /** The branch's own `event`, `eventName` and `timeWait`. */
  readonly own: { readonly [name: string]: Json };
  readonly status: "ready" | "blocked";
}

/** How a sequence is left other than by its end. */
export type Completion =
  | { readonly kind: "error"; readonly error: RunError }
  | { readonly kind: "return"; readonly output: Json }
  | { readonly kind: "cancel" };

export interface BranchResult {
  readonly status: "SUCCEEDED" | "FAILED" | "CANCELED";
  readonly error?: RunError;
}

/** Explicit frames, innermost last. A sequence's `path` names a list of steps, such as `root.steps[2].then.steps`. */
export type Frame =
  | { readonly kind: "sequence"; readonly path: string; readonly pc: number }
  /** A step that waits for answers to its commands. `fuel`: what its expressions have used. */
  | { readonly kind: "step"; readonly place: StepPlace; readonly commands: readonly CommandId[]; readonly fuel: number }
  | { readonly kind: "block"; readonly place: StepPlace }
  | {
      readonly kind: "forEach";
      readonly place: StepPlace;
      readonly items: readonly Json[];
      readonly index: number;
      readonly collected?: readonly Json[];
      readonly errors?: readonly Json[];
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
      readonly kind: "parallel";
      readonly place: StepPlace;
      /** Branches that have not ended. */
      readonly fibers: readonly number[];
      readonly branches: { readonly [id: string]: BranchResult };
      /** Ids of the branches that succeeded, in the order of completion. */
      readonly counted: readonly string[];
      /** Decided: what happens when the last of `fibers` has ended. */
      readonly ending?: Completion | { readonly kind: "joined" };
    };
