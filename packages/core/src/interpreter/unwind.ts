import { instantFromMs, instantMs } from "../time/instant.ts";
import { stepEntry, stepFailed } from "./entries.ts";
import { Corruption, isCatchable, runError } from "./failure.ts";
import type { StepFailure } from "./failure.ts";
import { cancellation, finish, mayRemain, outcomeOf } from "./finish.ts";
import type { JoiningFrame } from "./joining.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { fiberOf, issue, popFrame, replaceTop, runPlace, takeCommandId, topFrame } from "./machine.ts";
import { abandonCommands } from "./abandon.ts";
import { continueOnError } from "./steps/action-call.ts";
import { itemEnded } from "./steps/concurrent-items.ts";
import { itemFailed } from "./steps/for-each.ts";
import { branchEnded } from "./steps/parallel.ts";
import { abandonSaga, enterUndo, undoEnded } from "./steps/saga.ts";
import { caught, enterFinally } from "./steps/try-catch.ts";
import type { Completion, EffectPlace, Ending, Frame, RunError, StepPlace, Undoable } from "./transition.ts";
import { passOn, remember } from "./undoable.ts";

const max = Math.max;

/** A step failed by one of its own expressions or limits. Its frame, if it had one, is gone already. */
export function stepFailure(m: Machine, fiber: WorkFiber, place: StepPlace, failure: StepFailure): void {
  failStep(m, fiber, place, runError(m, place, failure.category, failure.code, failure.message, failure.details));
}

/** Journals a failed step and hands its error to whoever wants it: `onError`, a loop, a catch, or the end of the run. */
export function failStep(m: Machine, fiber: WorkFiber, place: StepPlace, error: RunError): void {
  if (error.category === "Cancellation") {
    stepEntry(m, place, "CANCELED", { error });
    unwind(m, fiber, { kind: "cancel" });
    return;
  }
  stepFailed(m, place, error);
  if (!isCatchable(error)) {
    endAtOnce(m, fiber, error);
    return;
  }
  if (continueOnError(m, fiber, place, error)) return;
  unwind(m, fiber, { kind: "error", error });
}

/**
 * Leaves frames, innermost first, until one of them goes on by itself: a loop that tolerates errors, a catch, or a
 * `finally`. Without one, the fiber has ended. What nothing may catch does not come here: it ends the run at once.
 */
export function unwind(m: Machine, fiber: WorkFiber, completion: Completion): void {
  let going = completion;
  fiber.status = "ready";
  for (let frame = topFrame(fiber); frame !== undefined; frame = topFrame(fiber)) {
    switch (frame.kind) {
      case "sequence":
        if (going.kind === "error" && goesOnInItem(m, fiber)) return;
        popFrame(m, fiber);
        break;
      case "step":
        popFrame(m, fiber);
        abandonCommands(m, frame.place, frame.commands, going.kind === "cancel" ? "cancel" : "end");
        stepEntry(m, frame.place, "CANCELED");
        break;
      case "forEach":
        if (going.kind === "error" && itemFailed(m, fiber, frame, going.error)) return;
        popFrame(m, fiber);
        leftEntry(m, frame.place, going);
        break;
      case "tryCatch":
        if (frame.phase === "try" && going.kind === "error") {
          // What stops a caught error from being caught (no room for it) goes on instead of it.
          const result = caught(m, fiber, frame, going.error);
          if (result === true) return;
          if (result !== false) going = { kind: "error", error: result };
        }
        if (frame.phase === "finally") {
          // A cancel that waited for this block is not forgotten because the block failed or returned.
          if (frame.pending?.kind === "cancel" && going.kind !== "cancel") {
            if (going.kind === "error")
              mayRemain(m, {
                stepPath: going.error.nodePath ?? frame.place.stepPath,
                iteration: frame.place.iteration,
              });
            going = frame.pending;
          }
        } else if (enterFinally(m, fiber, frame, going)) return;
        popFrame(m, fiber);
        leftEntry(m, frame.place, going);
        break;
      case "saga":
        if (frame.phase === "body" && going.kind !== "return" && enterUndo(m, fiber, frame, going)) return;
        popFrame(m, fiber);
        if (frame.phase === "body" && going.kind === "return") remember(m, fiber, frame.completed);
        leftEntry(m, frame.place, going);
        break;
      case "block":
      case "while":
      case "parallel":
      case "concurrent":
        popFrame(m, fiber);
        leftEntry(m, frame.place, going);
        break;
      default:
        throw new Corruption(`There is no kind of frame ${(frame as { kind: string }).kind}.`);
    }
  }
  fiberEnded(m, fiber, going);
}

/** Under semantics 1 a tolerated error goes on behind the failed step, however deep in blocks of the item it stands. */
function goesOnInItem(m: Machine, fiber: WorkFiber): boolean {
  if (m.behaviour.itemErrorLeavesItem) return false;
  for (let i = fiber.frames.length - 1; i >= 0; i -= 1) {
    const frame = fiber.frames[i] as Frame;
    if (frame.kind === "sequence" || frame.kind === "block") continue;
    if (frame.kind !== "forEach") return false;
    const step = m.index.steps.get(frame.place.stepPath);
    return step?.type === "control.forEach" && step.onItemError === "continue";
  }
  return false;
}

export function leftEntry(m: Machine, place: StepPlace, completion: Completion): void {
  switch (completion.kind) {
    case "error":
      stepFailed(m, place, completion.error);
      return;
    case "return":
      stepEntry(m, place, "SUCCEEDED");
      return;
    case "cancel":
      stepEntry(m, place, "CANCELED");
      return;
  }
}

/** A fiber has no frame left. `completion` is absent when it ran to its end. */
export function fiberEnded(m: Machine, fiber: WorkFiber, completion: Completion | undefined): void {
  m.fibers.splice(m.fibers.indexOf(fiber), 1);
  fiber.status = "blocked";
  m.contexts.delete(fiber.id);
  m.views.delete(fiber.id);
  if (fiber.parent === undefined) {
    finish(m, outcomeOf(m, completion));
    return;
  }
  const parent = fiberOf(m, fiber.parent);
  passOn(m, parent, fiber);
  if (fiber.undoes !== undefined) undoEnded(m, parent, fiber, completion);
  else if (fiber.item !== undefined) itemEnded(m, parent, fiber, completion);
  else branchEnded(m, parent, fiber, completion);
}

/**
 * Cancels a fiber and those below it. What is inside a `finally`, or undoes, is left to end first, and the cancel goes
 * on from there.
 */
export function cancelFiber(m: Machine, fiber: WorkFiber): void {
  for (let i = 0; i < fiber.frames.length; i += 1) {
    const frame = fiber.frames[i] as Frame;
    if (isSheltered(frame)) {
      fiber.frames[i] = { ...frame, pending: { kind: "cancel" } };
      return;
    }
  }
  const top = topFrame(fiber);
  if ((top?.kind === "parallel" || top?.kind === "concurrent") && top.fibers.length > 0)
    endFibers(m, fiber, top, { kind: "cancel" });
  else unwind(m, fiber, { kind: "cancel" });
}

function isSheltered(frame: Frame): frame is Extract<Frame, { kind: "tryCatch" } | { kind: "saga"; phase: "undo" }> {
  return (frame.kind === "tryCatch" && frame.phase === "finally") || (frame.kind === "saga" && frame.phase === "undo");
}

/** Decides what follows a step that waits for fibers, and cancels them; the last of them goes on with it. */
export function endFibers(m: Machine, parent: WorkFiber, frame: JoiningFrame, ending: Ending): void {
  replaceTop(m, parent, { ...frame, ending });
  for (let i = 0; i < frame.fibers.length; i += 1) cancelFiber(m, fiberOf(m, frame.fibers[i] as number));
}

/** The run is cancelled: everything open is closed, innermost first. */
export function cancelRun(m: Machine): void {
  const root = m.fibers[0];
  if (root === undefined || root.parent !== undefined) throw new Corruption("The run has no first fiber.");
  cancelFiber(m, root);
  if (m.outcome === undefined) limitCancel(m, m.nowMs);
}

/** The limit of a cancel has come. Sagas that still undo have a limit of their own, and `finally` an hour behind it. */
export function cancelTimedOut(m: Machine): void {
  let undoneMs = 0;
  for (const fiber of m.fibers) {
    for (const frame of fiber.frames) {
      if (frame.kind === "saga" && frame.phase === "undo") undoneMs = max(undoneMs, instantMs(frame.dueAt));
    }
  }
  if (undoneMs > 0) limitCancel(m, undoneMs);
  else endAtOnce(m, undefined, cancellation(m));
}

function limitCancel(m: Machine, fromMs: number): void {
  const dueAt = instantFromMs(fromMs + m.behaviour.cancelGraceMs);
  issue(m, -1, { id: takeCommandId(m), kind: "startTimer", place: runPlace, when: { dueAt } });
}

/** Ends the run where it stands, without any `finally`: the failed fiber's blocks FAILED, everything else CANCELED. */
export function endAtOnce(m: Machine, failed: WorkFiber | undefined, error: RunError): void {
  for (let i = m.fibers.length - 1; i >= 0; i -= 1) {
    const fiber = m.fibers[i] as WorkFiber;
    closeFiber(m, fiber, fiber === failed ? error : undefined);
  }
  m.fibers.length = 0;
  finish(m, error.category === "Cancellation" ? { status: "canceled", error } : { status: "failed", error });
}

/** Leaves every frame of a fiber at once. What a saga has not undone stays. @param error with which its blocks failed */
export function closeFiber(m: Machine, fiber: WorkFiber, error?: RunError): void {
  for (let frame = topFrame(fiber); frame !== undefined; frame = topFrame(fiber)) {
    popFrame(m, fiber);
    if (frame.kind === "sequence") continue;
    if (frame.kind === "step") abandonCommands(m, frame.place, frame.commands, "end");
    if (frame.kind === "saga") abandonSaga(m, frame);
    if (error !== undefined && frame.kind !== "step") stepFailed(m, frame.place, error);
    else stepEntry(m, frame.place, "CANCELED");
  }
  if (fiber.undoes !== undefined) mayRemain(m, effectPlace(fiber.undoes.place));
  const completed = fiber.completed ?? [];
  for (let i = completed.length - 1; i >= 0; i -= 1) mayRemain(m, effectPlace((completed[i] as Undoable).place));
}

function effectPlace({ stepPath, iteration }: StepPlace): EffectPlace {
  return { stepPath, iteration };
}
