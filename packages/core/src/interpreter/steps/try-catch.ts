import type { TryCatchStep } from "../../program/program.ts";
import { stepEntry, stepFailed } from "../entries.ts";
import { Corruption, errorJson, runError, StepFailure } from "../failure.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { popFrame, pushFrame, replaceTop } from "../machine.ts";
import { weigh } from "../size.ts";
import { writeTarget } from "../targets.ts";
import type { Completion, Frame, RunError, StepPlace } from "../transition.ts";
import { unwind } from "../unwind.ts";

type TryFrame = Extract<Frame, { kind: "tryCatch" }>;

export function tryCatch(m: Machine, fiber: WorkFiber, step: TryCatchStep, place: StepPlace): void {
  pushFrame(m, fiber, { kind: "tryCatch", place, phase: "try" });
  pushFrame(m, fiber, { kind: "sequence", path: step.path + ".try.steps", pc: 0 });
}

/**
 * Begins the catch for an error out of `try`: true when it did, false when it does not catch this one, and the error
 * that kept it from binding the caught one.
 */
export function caught(m: Machine, fiber: WorkFiber, frame: TryFrame, error: RunError): boolean | RunError {
  const step = tryCatchAt(m, frame);
  if (step.catch === undefined || !isCaught(step.catchOn, error)) return false;
  if (step.captureErrorAs !== undefined) {
    try {
      const value = errorJson(error);
      writeTarget(m, fiber, step.captureErrorAs, value, weigh(m, value));
    } catch (thrown) {
      if (!(thrown instanceof StepFailure)) throw thrown;
      return runError(m, frame.place, thrown.category, thrown.code, thrown.message, thrown.details);
    }
  }
  replaceTop(m, fiber, { kind: "tryCatch", place: frame.place, phase: "catch", error });
  pushFrame(m, fiber, { kind: "sequence", path: step.path + ".catch.steps", pc: 0 });
  return true;
}

function isCaught(catchOn: readonly string[] | undefined, error: RunError): boolean {
  return catchOn === undefined || catchOn.includes(error.category) || catchOn.includes(error.code);
}

/** Begins the `finally` of a block that is being left; false when it has none. */
export function enterFinally(m: Machine, fiber: WorkFiber, frame: TryFrame, pending: Completion | undefined): boolean {
  const step = tryCatchAt(m, frame);
  if (step.finally === undefined) return false;
  const next: TryFrame = { kind: "tryCatch", place: frame.place, phase: "finally" };
  replaceTop(m, fiber, pending === undefined ? next : { ...next, pending });
  pushFrame(m, fiber, { kind: "sequence", path: step.path + ".finally.steps", pc: 0 });
  return true;
}

/** `try`, `catch` or `finally` has come to its end. */
export function leaveTry(m: Machine, fiber: WorkFiber, frame: TryFrame): void {
  if (frame.phase !== "finally" && enterFinally(m, fiber, frame, undefined)) return;
  popFrame(m, fiber);
  const { pending } = frame;
  if (pending === undefined || pending.kind === "return") stepEntry(m, frame.place, "SUCCEEDED");
  else if (pending.kind === "error") stepFailed(m, frame.place, pending.error);
  else stepEntry(m, frame.place, "CANCELED");
  if (pending !== undefined) unwind(m, fiber, pending);
}

function tryCatchAt(m: Machine, frame: TryFrame): TryCatchStep {
  const step = m.index.steps.get(frame.place.stepPath);
  if (step?.type !== "control.tryCatch")
    throw new Corruption(`There is no control.tryCatch at ${frame.place.stepPath}.`);
  return step;
}
