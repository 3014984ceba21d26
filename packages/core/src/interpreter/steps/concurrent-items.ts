import type { ForEachStep } from "../../program/program.ts";
import type { Json } from "../../values/json.ts";
import { stepEntry } from "../entries.ts";
import { Corruption, runError, StepFailure } from "../failure.ts";
import { decide, endJoining } from "../joining.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { pushFrame, replaceTop, topFrame } from "../machine.ts";
import { evaluate } from "../scope.ts";
import { admit, weigh, weighResult } from "../size.ts";
import type { Completion, Frame, RunError, StepPlace } from "../transition.ts";
import { forEachAt, leavesItem, owned, writeCollected } from "./for-each.ts";

type ConcurrentFrame = Extract<Frame, { kind: "concurrent" }>;

/** Runs the items of a loop side by side, each in a fiber of its own whose writes to `vars` end with it. */
export function concurrentItems(
  m: Machine,
  fiber: WorkFiber,
  step: ForEachStep,
  place: StepPlace,
  items: readonly Json[],
  concurrency: number,
): void {
  let frame: ConcurrentFrame = { kind: "concurrent", place, items, concurrency, next: 0, fibers: [] };
  if (step.collect !== undefined) {
    admit(m, items.length * 5);
    const collected: Json[] = items.map(() => null);
    m.owned.add(collected);
    frame = leavesItem(m, step) ? { ...frame, collected, errors: [] } : { ...frame, collected };
  }
  pushFrame(m, fiber, frame);
  fiber.status = "blocked";
  fill(m, fiber, step, frame);
}

/** A free place is taken at once, by the next item in order. Without an item left the loop ends. */
function fill(m: Machine, parent: WorkFiber, step: ForEachStep, frame: ConcurrentFrame): void {
  const fibers = frame.fibers.slice();
  let { next } = frame;
  for (; next < frame.items.length && fibers.length < frame.concurrency; next += 1) {
    const id = m.nextFiber;
    m.nextFiber += 1;
    fibers.push(id);
    m.fibers.push({
      id,
      parent: parent.id,
      item: next,
      frames: [{ kind: "sequence", path: step.path + ".body.steps", pc: 0 }],
      own: {},
      status: "ready",
    });
  }
  const filled: ConcurrentFrame = { ...frame, next, fibers };
  replaceTop(m, parent, filled);
  if (fibers.length === 0) endJoining(m, parent, filled, { kind: "joined" });
}

/** An item has ended: its value is collected, or its error tolerated, or it ends the loop. */
export function itemEnded(m: Machine, parent: WorkFiber, item: WorkFiber, completion: Completion | undefined): void {
  const frame = topFrame(parent);
  if (frame?.kind !== "concurrent")
    throw new Corruption(`The fiber ${parent.id} does not wait for the item ${item.id}.`);
  const step = forEachAt(m, frame);
  m.fuelInTurn += m.behaviour.stepFuelMin;
  let next: ConcurrentFrame = { ...frame, fibers: frame.fibers.filter((other) => other !== item.id) };
  let left = completion;
  if (frame.ending === undefined) {
    if (left === undefined) {
      const result = collected(m, item, step, next);
      if ("frame" in result) next = result.frame;
      else left = { kind: "error", error: result.error };
    }
    if (left?.kind === "error" && leavesItem(m, step)) {
      next = withError(m, step, next, item.item as number, left.error);
      left = undefined;
    }
  }
  replaceTop(m, parent, next);
  if (next.ending !== undefined) {
    if (next.fibers.length === 0) endJoining(m, parent, next, next.ending);
  } else if (left === undefined) fill(m, parent, step, next);
  else decide(m, parent, next, left);
}

/** Evaluates `collect.value` as the item sees it, with fuel of its own. */
function collected(
  m: Machine,
  item: WorkFiber,
  step: ForEachStep,
  frame: ConcurrentFrame,
): { readonly frame: ConcurrentFrame } | { readonly error: RunError } {
  if (step.collect === undefined) return { frame };
  m.place = frame.place;
  m.stepFuel = 0;
  m.scope = undefined;
  try {
    const value = evaluate(m, item, step.collect.value) ?? null;
    admit(m, weighResult(m, value));
    const values = owned(m, frame.collected ?? []);
    values[item.item as number] = value;
    return { frame: { ...frame, collected: values } };
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    return { error: runError(m, frame.place, thrown.category, thrown.code, thrown.message, thrown.details) };
  } finally {
    m.scope = undefined;
  }
}

/** Puts the error of an item among those of the others, in the order of the items. */
function withError(
  m: Machine,
  step: ForEachStep,
  frame: ConcurrentFrame,
  index: number,
  error: RunError,
): ConcurrentFrame {
  if (step.collect === undefined) return frame;
  const errors = owned(m, frame.errors ?? []);
  let at = errors.length;
  while (at > 0 && (errors[at - 1] as { index: number }).index > index) at -= 1;
  errors.splice(at, 0, { index, error });
  m.bytesBound += weigh(m, error as unknown as Json) + 20;
  return { ...frame, errors };
}

/** Every item has ended, and none of them ended the loop. */
export function joinItems(m: Machine, parent: WorkFiber, frame: ConcurrentFrame): void {
  writeCollected(m, parent, forEachAt(m, frame), frame.collected, frame.errors);
  stepEntry(m, frame.place, "SUCCEEDED");
}
