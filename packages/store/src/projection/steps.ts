import type { StepStatus } from "@mainspring/core";
import { referenceText } from "../stored-values.ts";
import { ofKind } from "./entries.ts";
import type { EndedOutside, PlacedEntry } from "./entries.ts";

/** The row of one step execution. Columns `..Json` hold JSON text. */
export interface StepProjection {
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly type: string | null;
  readonly attempt: number;
  readonly status: StepStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly commandId: string | null;
  readonly outputJson: string | null;
  readonly errorJson: string | null;
  readonly epoch: number;
}

/**
 * The row of a step execution as its entries tell it.
 * @param entries about one step execution, ascending by seq; other kinds are passed over
 * @returns undefined when none is about the step: there is no such row
 */
export function projectStep(entries: readonly PlacedEntry[], endedOutside?: EndedOutside): StepProjection | undefined {
  const told = ofKind(entries, "step");
  const first = told[0];
  const last = told.at(-1);
  if (first === undefined || last === undefined) return undefined;

  let type: string | null = null;
  let attempt = 1;
  let commandId: string | null = null;
  for (const { entry } of told) {
    type = entry.data?.type ?? type;
    attempt = entry.data?.attempt ?? attempt;
    commandId = entry.data?.commandId ?? commandId;
  }
  const { entry } = last;
  const open = stepIsOpen(entry.status);
  const closed = open && endedOutside !== undefined;
  const error = closed ? endedOutside.error : entry.data?.error;
  return {
    execution: entry.execution,
    stepId: entry.stepId,
    stepPath: entry.stepPath,
    iteration: entry.iteration,
    type,
    attempt,
    status: closed ? endedOutside.status : entry.status,
    startedAt: first.entry.at,
    finishedAt: closed ? endedOutside.at : open ? null : entry.at,
    commandId,
    outputJson: outputText(entry.data),
    errorJson: error === undefined ? null : JSON.stringify(error),
    epoch: last.epoch,
  };
}

export function stepIsOpen(status: StepStatus): boolean {
  return status === "RUNNING" || status === "WAITING";
}

function outputText(
  data:
    | { readonly output?: unknown; readonly outputReference?: { readonly hash: string; readonly bytes: number } }
    | undefined,
): string | null {
  if (data?.outputReference !== undefined) return referenceText(data.outputReference.hash, data.outputReference.bytes);
  return data?.output === undefined ? null : JSON.stringify(data.output);
}
