import type { ActionFacts, FilterOp, RetryPolicy } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import type { JournalEntry } from "./journal-entry.ts";
import type { RunState } from "./run-state.ts";

export type {
  EntryKind,
  JournalEntry,
  JournalInput,
  ReminderEntryData,
  RestartOrigin,
  RunEntryData,
  RunStatus,
  StepEntryData,
  StepStatus,
  WaitEntryData,
  WaitType,
} from "./journal-entry.ts";
export type {
  BranchResult,
  ChildCall,
  Completion,
  Counters,
  EffectPlace,
  Ending,
  Fiber,
  Frame,
  ItemError,
  OpenCommand,
  RunState,
  Undoable,
  Undoing,
  VarsLayer,
} from "./run-state.ts";

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
  /** It begins in another run's state. */
  readonly restarted?: true;
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
  /** Instead of a value: where in the event that stands which it compares with. */
  readonly valuePath?: string;
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
  /** Asks people. Issued again after continue-as-new: whoever performs it may find the task there. */
  | { readonly kind: "openTask"; readonly place: StepPlace; readonly task: TaskOffer }
  | { readonly kind: "closeTask"; readonly outcome: TaskOutcome }
  /** Each try of a call is a child run of its own. */
  | {
      readonly kind: "startChild";
      readonly place: StepPlace;
      readonly workflow: string;
      /** `latest`: the one that is published when the child is opened. */
      readonly version: number | "latest";
      readonly input: Json;
      /** 1 for the first. */
      readonly attempt: number;
    }
  | { readonly kind: "cancelChild" }
  /** Calls are held until `quotaReleased`; `place` is that of the first of them. It ends by itself when none is left. */
  | { readonly kind: "pause"; readonly reason: "quota"; readonly place: StepPlace }
  | { readonly kind: "yield" }
  | { readonly kind: "finish"; readonly outcome: Outcome }
);

export type WaitOutcome = "taken" | "timeout" | "canceled";
/** `invalid`: an answer came that does not fit the form, past the check that comes before, and the step failed by it. */
export type TaskOutcome = "answered" | "invalid" | "timeout" | "canceled";

/** What people are asked. */
export interface TaskOffer {
  /** The task's id in the product: a UUID that the run and the command determine. */
  readonly taskId: string;
  readonly title: string;
  readonly description?: string;
  readonly context?: Json;
  /** At least one name among the two. */
  readonly assignTo: { readonly users?: readonly string[]; readonly groups?: readonly string[] };
  /** A schema; of a named form it is what `taskOpened` said. */
  readonly form: { readonly schema: Json } | { readonly ref: string; readonly schema?: Json };
  /** Shown to people; nothing happens then. Business time is for whoever opens the task to compute. */
  readonly due?: ResolvedWhen;
  readonly timeoutAt?: Instant;
  readonly reminders?: { readonly every: ResolvedRecurrence; readonly max: number };
}

/** Each time anew from the time before; an instant comes once. */
export type ResolvedRecurrence = { readonly everyMs: number } | ResolvedWhen;

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
  /** The tenant is over its quota: the call was not begun, and claimed nothing. */
  | { readonly kind: "actionHeld"; readonly id: CommandId }
  /** Held calls are issued again. */
  | { readonly kind: "quotaReleased" }
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
  /** `schema`: of a form that the task names, as it is now; without it there is no such form, and the step fails. */
  | {
      readonly kind: "taskOpened";
      readonly id: CommandId;
      readonly taskId: string;
      readonly schema?: Json;
      /** Where `due` is business time. */
      readonly dueAt?: Instant;
      readonly calendarVersion?: number;
    }
  /** `submissionId`: the verdict about the answer names it. `override`: an administrator's, whom the form does not bind. */
  | {
      readonly kind: "taskAnswered";
      readonly taskId: string;
      readonly answer: Json;
      readonly by: string;
      readonly override: boolean;
      readonly submissionId?: string;
      readonly reference?: ValueReference;
    }
  | { readonly kind: "childStarted"; readonly id: CommandId; readonly runId: string }
  | {
      readonly kind: "childSucceeded";
      readonly id: CommandId;
      readonly result: ChildResult;
      readonly reference?: ValueReference;
    }
  /** Before `childStarted`: no child could be opened, and the error says why. After it: the child's own error. */
  | { readonly kind: "childFailed"; readonly id: CommandId; readonly error: ChildError }
  /** A timer or a task that cannot be: its calendar is gone, for example. The step fails with the error. */
  | { readonly kind: "commandFailed"; readonly id: CommandId; readonly error: CommandError }
  | { readonly kind: "cancelRequested"; readonly by: string; readonly reason?: string }
  | { readonly kind: "historyBudgetSpent" }
  | { readonly kind: "continue" }
);

/** What a child run leaves its parent: `childRun` of the output mapping. */
export interface ChildResult {
  readonly runId: string;
  readonly output: Json;
  readonly payload: Json;
  readonly vars: Json;
  readonly local: Json;
  readonly meta: Json;
  readonly system: Json;
}

/** A child run's error as it ended with it, or why there is no child. */
export type ChildError = Omit<RunError, "at"> & { readonly at?: Instant };

/** Why something that a step needs cannot be; the interpreter adds the place. */
export type CommandError = Omit<ActionError, "attempt">;

/** An action's error as the wrapper reports it; the interpreter adds the place. */
export interface ActionError {
  readonly category: ErrorCategory;
  readonly code: string;
  readonly message: string;
  readonly attempt: number;
  readonly details?: Json;
}

export interface Transition {
  readonly state: RunState;
  readonly commands: readonly Command[];
  readonly journal: readonly JournalEntry[];
  readonly outcome?: Outcome;
}
