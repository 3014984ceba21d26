import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { verdictEntry } from "./entries.ts";
import { runError } from "./failure.ts";
import type { Machine } from "./machine.ts";
import { runPlace, takeCommandId, takeSeq, withdraw } from "./machine.ts";
import type { Completion, EffectPlace, Outcome, RunError } from "./transition.ts";

const mayRemainMax = 1000;

/** Remembers a step whose effect may remain, once, for the error of a run that ends FAILED or CANCELED. */
export function mayRemain(m: Machine, place: EffectPlace): void {
  if (m.mayRemain.length >= mayRemainMax) return;
  for (let i = 0; i < m.mayRemain.length; i += 1) {
    const known = m.mayRemain[i] as EffectPlace;
    if (known.stepPath === place.stepPath && known.iteration.join() === place.iteration.join()) return;
  }
  m.mayRemain = [...m.mayRemain, place];
}

/** How a run ends whose first fiber was left that way. */
export function outcomeOf(m: Machine, completion: Completion | undefined): Outcome {
  if (completion === undefined) return { status: "succeeded", output: null };
  switch (completion.kind) {
    case "return":
      return { status: "succeeded", output: completion.output };
    case "error":
      return { status: "failed", error: completion.error };
    case "cancel":
      return { status: "canceled", error: cancellation(m) };
  }
}

export function cancellation(m: Machine): RunError {
  const { cancel } = m;
  const details: Json =
    cancel === undefined
      ? {}
      : cancel.reason === undefined
        ? { by: cancel.by }
        : { by: cancel.by, reason: cancel.reason };
  return { category: "Cancellation", code: "CANCELED", message: "The run was cancelled.", at: m.now, details };
}

/** Ends the run. The entry that says so is written when the final state is known, which it names by its hash. */
export function finish(m: Machine, outcome: Outcome): void {
  for (let i = 0; i < m.kept.length; i += 1)
    verdictEntry(m, (m.kept[i] as { id: string }).id, "ignored", { reason: "run-ended" });
  m.kept = [];
  for (let i = 0; i < m.open.length; i += 1) {
    // Only what belongs to the run itself is left: the limit of a cancel, or a yield.
    const { command } = m.open[i] as (typeof m.open)[number];
    if (command.kind === "startTimer" && !withdraw(m, command.id))
      m.commands.push({ id: command.id, kind: "cancelTimer" });
  }
  m.open = [];
  m.fibers.length = 0;
  m.outcome = withRemains(m, outcome);
  m.status = outcome.status === "succeeded" ? "SUCCEEDED" : outcome.status === "failed" ? "FAILED" : "CANCELED";
  m.finalSeq = takeSeq(m);
  m.commands.push({ id: takeCommandId(m), kind: "finish", outcome: m.outcome });
}

function withRemains(m: Machine, outcome: Outcome): Outcome {
  if (outcome.status === "succeeded" || m.mayRemain.length === 0) return outcome;
  const { details } = outcome.error;
  const effectsMayRemain = m.mayRemain as unknown as Json;
  const merged: Json = isJsonObject(details)
    ? { ...details, effectsMayRemain }
    : details === undefined
      ? { effectsMayRemain }
      : { cause: details, effectsMayRemain };
  return { ...outcome, error: { ...outcome.error, details: merged } };
}

/** The error of a run whose state cannot be resolved. */
export function corruption(m: Machine, message: string): RunError {
  return runError(m, runPlace, "InterpreterCorruption", "INTERPRETER_CORRUPTION", message);
}
