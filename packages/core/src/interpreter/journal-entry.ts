import type { Json } from "../values/json.ts";
import type {
  CommandId,
  Instant,
  RunError,
  RunEvent,
  StartContext,
  StepPlace,
  TaskOffer,
  ValueReference,
  WaitFilter,
} from "./transition.ts";

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
  /** Exactly what `start`, `restart` or `resume` was given, large values as references. The first entry of a run is `start` or `restart`. */
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
        readonly waitType: WaitType;
        readonly status: "WAITING" | "RESOLVED" | "CANCELED";
        readonly data?: WaitEntryData;
      } & StepPlace)
    /** People are reminded of a task. */
    | ({ readonly kind: "reminder"; readonly waitId: CommandId; readonly data: ReminderEntryData } & StepPlace)
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

export type WaitType = "time" | "event" | "human" | "child" | "quota";

export type EntryKind = JournalEntry["kind"];

export type JournalInput =
  | {
      readonly kind: "start";
      readonly context: StartContext;
      readonly payload?: Json;
      readonly reference?: ValueReference;
    }
  /** A run that begins where another one stood. */
  | { readonly kind: "restart"; readonly context: StartContext; readonly origin: RestartOrigin }
  | { readonly kind: "resume"; readonly event: Json };

/** Where a restarted run begins. */
export interface RestartOrigin {
  readonly runId: string;
  /** Of the entry by which that run began the step. */
  readonly seq: number;
  /** When that was: what has been waiting since then goes on waiting for the rest of its time. */
  readonly at: Instant;
  /** The state before that step. */
  readonly reference: ValueReference;
}

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

export interface ReminderEntryData {
  readonly taskId: string;
  /** 1 for the first. */
  readonly number: number;
  readonly max: number;
}

export interface WaitEntryData {
  readonly event?: string;
  readonly key?: string;
  readonly filters?: readonly WaitFilter[];
  readonly timeoutAt?: Instant;
  readonly lookbackMs?: number;
  /** The workflow of a child; `key` is its run. */
  readonly workflow?: string;
  /** Of a task. */
  readonly title?: string;
  readonly dueAt?: Instant;
  /** Of a task, with its first entry: what people are asked. */
  readonly asks?: Pick<TaskOffer, "description" | "context" | "assignTo"> & { readonly remindersMax?: number };
  /** Of a task, with its first entry; of a named form again once the schema has come. */
  readonly form?: TaskOffer["form"];
  readonly resolvedBy?: "event" | "answer" | "child" | "quota" | "time" | "timeout" | "cancel" | "end";
  /** Of an answer: its submission. */
  readonly eventId?: string;
  /** Who answered. */
  readonly by?: string;
  readonly override?: true;
  /** The answer did not fit the form: the task is closed, and the step failed. */
  readonly invalid?: true;
  readonly source?: string;
  readonly receivedAt?: Instant;
  /** At most 1 KiB; a larger one stands as `payloadReference`, where the event brought one. */
  readonly payload?: Json;
  readonly payloadReference?: ValueReference;
}
