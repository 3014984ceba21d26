import type { RunStatus } from "@mainspring/core";
import { ofKind } from "./entries.ts";
import type { PlacedEntry } from "./entries.ts";

/** What the last entry of kind `run` says about the run. */
export interface RunStatusProjection {
  readonly status: RunStatus;
  readonly output: unknown;
  readonly error: unknown;
  readonly completedAt: string | null;
  readonly finalStateHash: string | null;
}

/** A run with this status goes on no more; that it has ended is final once it is confirmed. */
export function runHasEnded(status: string): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELED";
}

/** @param entries ascending by seq @returns undefined when none is of kind `run` */
export function projectRunStatus(entries: readonly PlacedEntry[]): RunStatusProjection | undefined {
  const last = ofKind(entries, "run").at(-1);
  if (last === undefined) return undefined;
  const { entry } = last;
  if (!runHasEnded(entry.status))
    return { status: entry.status, output: undefined, error: undefined, completedAt: null, finalStateHash: null };
  return {
    status: entry.status,
    output: entry.data?.output,
    error: entry.data?.error,
    completedAt: entry.at,
    finalStateHash: entry.data?.stateHash ?? null,
  };
}

/** The business state; undefined when none was set. @param entries ascending by seq */
export function projectState(entries: readonly PlacedEntry[]): unknown {
  return ofKind(entries, "state").at(-1)?.entry.data;
}

/** Where the run was last seen. @param entries ascending by seq */
export function projectNodePath(entries: readonly PlacedEntry[]): string | null {
  return ofKind(entries, "step").at(-1)?.entry.stepPath ?? null;
}

/** Whether the entry begins a step execution: as many as there are of these, so many steps the run has begun. */
export function beginsStep(row: {
  readonly kind: string | null;
  readonly execution: number | null;
  readonly seq: number;
}): boolean {
  return row.kind === "step" && row.execution === row.seq;
}
