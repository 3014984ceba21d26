import type { SagaStep } from "../../program/program.ts";
import { instantFromMs } from "../../time/instant.ts";
import type { Json } from "../../values/json.ts";
import { stepEntry } from "../entries.ts";
import { Corruption } from "../failure.ts";
import { mayRemain } from "../finish.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import {
  closeCommand,
  fiberOf,
  issue,
  openCommand,
  popFrame,
  pushFrame,
  replaceTop,
  takeCommandId,
  topFrame,
  withdraw,
} from "../machine.ts";
import { weigh } from "../size.ts";
import type { Completion, Frame, OpenCommand, StepPlace, Undoable, Undoing } from "../transition.ts";
import { remember } from "../undoable.ts";
import { closeFiber, leftEntry, unwind } from "../unwind.ts";
import { evaluateMs } from "../when.ts";

type SagaFrame = Extract<Frame, { kind: "saga" }>;
type BodyFrame = Extract<SagaFrame, { phase: "body" }>;
type UndoFrame = Extract<SagaFrame, { phase: "undo" }>;

export function saga(m: Machine, fiber: WorkFiber, step: SagaStep, place: StepPlace): void {
  const frame = { kind: "saga", phase: "body", place, completed: [] } as const;
  if (typeof step.compensateTimeoutMs === "object") {
    const { waitMsMax } = m.behaviour;
    // Now and not when it is needed: an undoing that does not know its time could not begin.
    const compensateTimeoutMs = evaluateMs(m, fiber, step.compensateTimeoutMs, "compensateTimeoutMs", waitMsMax);
    pushFrame(m, fiber, { ...frame, compensateTimeoutMs });
  } else pushFrame(m, fiber, frame);
  pushFrame(m, fiber, { kind: "sequence", path: step.path + ".body.steps", pc: 0 });
}

/** The body came to its end: its steps are from now on for a saga around this one to undo. */
export function leaveSaga(m: Machine, fiber: WorkFiber, frame: SagaFrame): void {
  if (frame.phase !== "body") throw new Corruption(`The saga at ${frame.place.stepPath} still undoes.`);
  popFrame(m, fiber);
  remember(m, fiber, frame.completed);
  stepEntry(m, frame.place, "SUCCEEDED");
}

/** Begins to undo what the body completed, last first; false when that is nothing. */
export function enterUndo(m: Machine, fiber: WorkFiber, frame: BodyFrame, pending: Completion): boolean {
  if (frame.completed.length === 0) return false;
  const step = m.index.steps.get(frame.place.stepPath);
  if (step?.type !== "control.saga") throw new Corruption(`There is no control.saga at ${frame.place.stepPath}.`);
  const timer = takeCommandId(m);
  const literalMs = (step.compensateTimeoutMs ?? m.behaviour.compensateTimeoutMs) as number;
  const dueAt = instantFromMs(m.nowMs + (frame.compensateTimeoutMs ?? literalMs));
  issue(m, fiber.id, { id: timer, kind: "startTimer", place: frame.place, when: { dueAt } });
  const completed = frame.completed.toSorted((one, other) => one.seq - other.seq);
  undoNext(m, fiber, { kind: "saga", phase: "undo", place: frame.place, completed, pending, fiber: 0, timer, dueAt });
  return true;
}

/** Undoes the last of the steps that are left, in a fiber of its own that sees what the step saw. */
function undoNext(m: Machine, fiber: WorkFiber, frame: UndoFrame): void {
  const { place, locals, layer } = frame.completed.at(-1) as Undoable;
  const id = m.nextFiber;
  m.nextFiber += 1;
  const undoes: Undoing = layer === undefined ? { place, locals } : { place, locals, keeps: layer.keeps };
  const undoing: WorkFiber = {
    id,
    parent: fiber.id,
    frames: [{ kind: "sequence", path: place.stepPath + ".compensate.steps", pc: 0 }],
    own: layer?.own ?? {},
    undoes,
    status: "ready",
  };
  if (layer?.hidden !== undefined) undoing.hidden = layer.hidden;
  m.fibers.push(undoing);
  m.bytesBound += weigh(m, locals as Json) + weigh(m, undoing.own as Json);
  replaceTop(m, fiber, { ...frame, completed: frame.completed.slice(0, -1), fiber: id });
  fiber.status = "blocked";
}

/** A step has been undone, or could not be. The others are undone in any case. */
export function undoEnded(m: Machine, parent: WorkFiber, undone: WorkFiber, completion: Completion | undefined): void {
  const frame = topFrame(parent);
  if (frame?.kind !== "saga" || frame.phase !== "undo" || frame.fiber !== undone.id)
    throw new Corruption(`The fiber ${parent.id} does not wait for the undoing ${undone.id}.`);
  if (completion !== undefined && completion.kind !== "return") notUndone(m, (undone.undoes as Undoing).place);
  if (frame.completed.length > 0) undoNext(m, parent, frame);
  else endUndo(m, parent, frame);
}

/** The time for undoing is over: what is under way is left as it is, and the rest is not begun. */
export function undoTimedOut(m: Machine, timer: OpenCommand): void {
  const fiber = fiberOf(m, timer.fiber);
  const frame = topFrame(fiber);
  if (frame?.kind !== "saga" || frame.phase !== "undo" || frame.timer !== timer.command.id)
    throw new Corruption(`The timer ${timer.command.id} belongs to no undoing.`);
  closeCommand(m, frame.timer);
  for (let i = m.fibers.length - 1; i >= 0; i -= 1) {
    const inner = m.fibers[i] as WorkFiber;
    if (inner.id === frame.fiber || isWithin(m, inner, frame.fiber)) {
      closeFiber(m, inner);
      m.fibers.splice(i, 1);
    }
  }
  leftUndone(m, frame);
  endUndo(m, fiber, frame);
}

function isWithin(m: Machine, fiber: WorkFiber, ancestor: number): boolean {
  for (let at = fiber; at.parent !== undefined; at = fiberOf(m, at.parent)) if (at.parent === ancestor) return true;
  return false;
}

/** Nothing is left to undo, or no time: the saga goes on being left. */
function endUndo(m: Machine, fiber: WorkFiber, frame: UndoFrame): void {
  closeTimer(m, frame);
  popFrame(m, fiber);
  leftEntry(m, frame.place, frame.pending);
  unwind(m, fiber, frame.pending);
}

/** A saga whose frame goes without its undoing coming to an end: what that leaves. */
export function abandonSaga(m: Machine, frame: SagaFrame): void {
  if (frame.phase === "undo") closeTimer(m, frame);
  leftUndone(m, frame);
}

function closeTimer(m: Machine, frame: UndoFrame): void {
  if (openCommand(m, frame.timer) === undefined) return;
  closeCommand(m, frame.timer);
  if (!withdraw(m, frame.timer)) m.commands.push({ id: frame.timer, kind: "cancelTimer" });
}

function leftUndone(m: Machine, frame: SagaFrame): void {
  for (let i = frame.completed.length - 1; i >= 0; i -= 1) notUndone(m, (frame.completed[i] as Undoable).place);
}

function notUndone(m: Machine, { stepPath, iteration }: StepPlace): void {
  mayRemain(m, { stepPath, iteration });
}
