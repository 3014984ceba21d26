import type {
  ActionError,
  CommandId,
  CommandOf,
  InboundEvent,
  Instant,
  Json,
  JournalEntry,
  RestartOrigin,
  RunEvent,
  RunState,
  StartContext,
  StepPlace,
  ValueReference,
  WaitFilter,
} from "@mainspring/core";
import type { Bounds } from "../workflow/bounds.ts";

/** The argument of the run workflow: small, whatever the program and payload are. */
export interface StartInput {
  readonly runId: string;
  readonly tenantId: string;
  readonly version: number;
  readonly definitionHash: string;
  readonly programHash: string;
  readonly semanticsVersion: number;
}

/** Which writer this is; with the Temporal run id, which the activity knows itself, it makes the fence. */
export interface Writer {
  readonly tenantId: string;
  readonly runId: string;
  /** Number of the execution in the run's chain, from 1. */
  readonly ordinal: number;
  readonly historyLength: number;
  /** The run was restarted from another one: of that one's invocations it may reuse some. */
  readonly restarted?: true;
  /** Temporal's id of the execution that this one continues. */
  readonly continuedFrom?: string;
  /** An operator let the run go on though the tenant's steps of this month are used up. */
  readonly quotaWaived?: true;
  /** Steps that the run has begun: those that are not written yet count for the quota too. A workflow of an earlier build does not tell. */
  readonly stepsBegun?: number;
}

export interface OpenRunArgs extends Writer {
  readonly start: StartInput;
}

/**
 * First part of `openRun`'s result; after it: program, payload (of a restarted run the state that it begins in), events of the first segment.
 */
export type OpenedHead =
  | {
      readonly opened: true;
      readonly context: StartContext;
      readonly payloadReference?: ValueReference;
      readonly restart?: RestartOrigin;
      readonly bounds: Bounds;
      readonly segment: SegmentHead;
      /** When it was opened; an earlier build does not tell. */
      readonly at?: Instant;
    }
  | { readonly opened: false; readonly category: "ValidationError"; readonly code: string; readonly message: string };

export interface SegmentHead {
  /** Entries up to here are written. */
  readonly nextSeq: number;
  /** Of the entries and the state: the sandbox must come to the same. */
  readonly hash: string;
  /** False when the commit failed for good: the entries go with the next write. */
  readonly written: boolean;
  /** The calls that were not written with them, without what they brought: the events say that. */
  readonly unwritten?: readonly UnwrittenCall[];
}

/** A local call that has ended, whose row no commit of its segment has written. */
export interface UnwrittenCall {
  readonly key: string;
  readonly commandId: CommandId;
  readonly place: StepPlace;
  readonly action: string;
  readonly input: Json;
  readonly status: "SUCCEEDED" | "FAILED";
  readonly output?: Json;
  readonly error?: Json;
  readonly attempts: number;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

export interface FlushArgs extends Writer {
  /** That the run has used since its beginning; a workflow of an earlier build does not tell. */
  readonly fuel?: number;
  readonly nextSeq: number;
  readonly entries: readonly JournalEntry[];
  /** Whose entries are among these, or were written before. */
  readonly invocations?: readonly UnwrittenCall[];
}

/** `overQuota`: the tenant's steps of this month are used up; left out: they are not. */
export interface FlushResult {
  readonly overQuota?: true;
}

export interface OpenWaitsArgs extends FlushArgs {
  readonly waits: readonly {
    readonly id: CommandId;
    readonly event: string;
    readonly key: string;
    readonly filters: readonly WaitFilter[];
    readonly lookbackMs?: number;
  }[];
}

export type OpenWaitsResult = readonly {
  readonly id: CommandId;
  readonly candidates: readonly InboundEvent[];
  readonly references?: { readonly [eventId: string]: ValueReference };
}[];

export interface SegmentArgs extends FlushArgs {
  readonly programHash: string;
  readonly state: RunState;
  readonly now: Instant;
  readonly turn: number;
}

/** `exhausted`: three segments died before their commit; the calls go as ordinary activities. */
export type SegmentResult =
  | { readonly ran: true; readonly head: SegmentHead; readonly events: readonly RunEvent[] }
  | { readonly ran: false };

export type Call = CommandOf<"callAction">;

export interface PerformActionArgs extends Writer {
  readonly call: Call;
}

export interface PerformBatchArgs extends Writer {
  /** Of one action. */
  readonly calls: readonly Call[];
}

/** How one call of a batch ended. `again`: it failed, and the author's policy may repeat it: it goes on singly. */
export type BatchedOutcome = { readonly id: CommandId } & (
  | { readonly kind: "succeeded"; readonly output: Json; readonly attempt: number; readonly reference?: ValueReference }
  | { readonly kind: "failed"; readonly error: ActionError }
  | { readonly kind: "again"; readonly error: ActionError; readonly attemptsMade: number }
  | { readonly kind: "held" }
);

/** `held`: the tenant is over its quota, so the call was not begun and claimed nothing; its entries are written. */
export type PerformActionResult =
  | { readonly held?: never; readonly output: Json; readonly attempt: number; readonly reference?: ValueReference }
  | { readonly held: true };
