import type {
  ChildError,
  ChildResult,
  CommandError,
  CommandId,
  CommandOf,
  Instant,
  ResolvedWhen,
  ValueReference,
} from "@mainspring/core";
import type { FlushArgs, StartInput } from "./contract.ts";

export interface OpenChildrenArgs extends FlushArgs {
  readonly calls: readonly CommandOf<"startChild">[];
}

/** In the order of the calls. */
export type OpenChildrenResult = readonly OpenedChild[];

/** What the child workflow is started with, or why there is no child. */
export type OpenedChild =
  | { readonly id: CommandId; readonly start: StartInput }
  | { readonly id: CommandId; readonly error: ChildError };

/** Children that were opened, and whose call was withdrawn before they were started. */
export interface VoidChildrenArgs {
  readonly tenantId: string;
  readonly runIds: readonly string[];
}

/** A result over 1 KiB, which the journal names instead of holding. */
export interface KeepResultArgs {
  readonly tenantId: string;
  readonly result: ChildResult;
}

export type KeptResult = ValueReference | null;

/** What a child run that succeeds gives its parent; the parent knows its id. */
export type ChildReturn = Omit<ChildResult, "runId">;

export interface ComputeBusinessTimesArgs {
  readonly tenantId: string;
  readonly times: readonly {
    readonly business: Extract<ResolvedWhen, { readonly business: unknown }>["business"];
    readonly from: Instant;
  }[];
}

export type BusinessDue =
  | { readonly dueAt: Instant; readonly calendarVersion: number; readonly error?: never }
  | { readonly error: CommandError };
