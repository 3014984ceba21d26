import type { StepReply } from "@mainspring/api";
import type { RunError } from "@mainspring/core";
import type { StepView, WaitView } from "./fold-journal.ts";

/** A step as it is shown: what the journal says, with what only the projection knows. */
export interface StepRow extends StepView {
  /** When the next try begins, while a failed one waits to be repeated. */
  readonly nextAttemptAt?: string;
  readonly recorded?: StepReply;
}

/**
 * The journal's steps with the projection's rows beside them. A try under way is journalled only when it has ended:
 * that it failed and will be repeated is known from the projection alone.
 */
export function stepRows(steps: readonly StepView[], recorded: readonly StepReply[] | undefined): readonly StepRow[] {
  if (recorded === undefined || recorded.length === 0) return steps;
  if (steps.length === 0) return recorded.map(rowAlone);
  const byExecution = new Map(recorded.map((row) => [row.execution, row]));
  return steps.map((step) => {
    const row = byExecution.get(step.execution);
    if (row === undefined) return step;
    if (step.finishedAt !== undefined) return { ...step, recorded: row };
    // Of a run that was ended from outside the journal tells no end; its rows do.
    if (row.finishedAt !== null)
      return {
        ...step,
        recorded: row,
        status: row.status,
        finishedAt: row.finishedAt,
        error: step.error ?? (row.error === null ? undefined : asRunError(row.error, row.finishedAt)),
      };
    if (step.status === "WAITING") return { ...step, recorded: row };
    return {
      ...step,
      recorded: row,
      status: row.status === "RETRYING" ? "RETRYING" : step.status,
      attempt: Math.max(step.attempt ?? 1, row.attempt),
      error:
        step.error ??
        (row.status === "RETRYING" && row.error !== null ? asRunError(row.error, row.startedAt) : undefined),
      nextAttemptAt: row.nextAttemptAt ?? undefined,
    };
  });
}

/** A step whose call the quota holds does not run, whatever its journal said when it began. */
export function heldByQuota(steps: readonly StepRow[], waits: readonly WaitView[]): readonly StepRow[] {
  const held = new Set(
    waits.filter((wait) => wait.waitType === "quota" && wait.status === "WAITING").map(({ execution }) => execution),
  );
  if (held.size === 0) return steps;
  return steps.map((step) =>
    held.has(step.execution) && step.finishedAt === undefined ? { ...step, status: "PAUSED" } : step,
  );
}

/** The waits of a run as they stand: with its end, whoever brought it about, nothing is waited for any more. */
export function standingWaits(waits: readonly WaitView[], endedAt: string | null): readonly WaitView[] {
  if (endedAt === null || waits.every(({ status }) => status !== "WAITING")) return waits;
  return waits.map((wait) => (wait.status === "WAITING" ? { ...wait, status: "CANCELED", closedAt: endedAt } : wait));
}

/** A step of a run that has no journal: an earlier engine made it. */
function rowAlone(row: StepReply): StepRow {
  return {
    execution: row.execution,
    stepId: row.stepId,
    stepPath: row.stepPath,
    iteration: row.iteration,
    type: row.type ?? undefined,
    status: row.status,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt ?? undefined,
    attempt: row.attempt,
    output: row.output ?? undefined,
    error: row.error === null ? undefined : asRunError(row.error, row.startedAt),
    recorded: row,
  };
}

function asRunError(error: NonNullable<StepReply["error"]>, at: string): RunError {
  return {
    category: "TransientError",
    code: error.code,
    message: error.message,
    at: error.at ?? at,
    attempt: error.attempt,
  };
}

/** Where a step's bar stands between the run's start and now, in percent. */
export function barOf(
  step: Pick<StepView, "startedAt" | "finishedAt">,
  fromMs: number,
  toMs: number,
): { readonly left: number; readonly width: number } {
  const whole = Math.max(1, toMs - fromMs);
  const clamp = (percent: number): number => Math.min(100, Math.max(0, percent));
  const left = clamp(((Date.parse(step.startedAt) - fromMs) / whole) * 100);
  const right = clamp((((step.finishedAt === undefined ? toMs : Date.parse(step.finishedAt)) - fromMs) / whole) * 100);
  return { left: rounded(left), width: rounded(Math.max(0, right - left)) };
}

function rounded(percent: number): number {
  return Math.round(percent * 100) / 100;
}
