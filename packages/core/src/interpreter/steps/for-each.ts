import type { ForEachStep, Target, Value } from "../../program/program.ts";
import type { Json } from "../../values/json.ts";
import { stepEntry } from "../entries.ts";
import { Corruption, noValue, runError, StepFailure } from "../failure.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { popFrame, pushFrame, replaceTop } from "../machine.ts";
import { describe, evaluate } from "../scope.ts";
import { admit, weigh, weighResult } from "../size.ts";
import { writeTarget } from "../targets.ts";
import type { Frame, ItemError, RunError, StepPlace } from "../transition.ts";
import { evaluateCount } from "../when.ts";
import { concurrentItems } from "./concurrent-items.ts";

type ForEachFrame = Extract<Frame, { kind: "forEach" }>;

const isArray = Array.isArray;
const isSafeInteger = Number.isSafeInteger;

export function forEach(m: Machine, fiber: WorkFiber, step: ForEachStep, place: StepPlace): void {
  const items = itemsOf(evaluate(m, fiber, step.items));
  const maxItems =
    step.maxItems === undefined ? m.behaviour.forEachItemsMax : evaluateCount(m, fiber, step.maxItems, "maxItems");
  if (items.length > maxItems) {
    throw new StepFailure(
      "ControlError",
      "TOO_MANY_ITEMS",
      `There are ${items.length} items; at most ${maxItems} are allowed.`,
      { items: items.length, maxItems },
    );
  }
  const concurrency = step.concurrency === undefined ? 1 : evaluateConcurrency(m, fiber, step.concurrency);
  admit(m, weighResult(m, items as Json[]));
  if (concurrency > 1) {
    concurrentItems(m, fiber, step, place, items, concurrency);
    return;
  }
  let frame: ForEachFrame = { kind: "forEach", place, items, index: 0 };
  if (step.collect !== undefined) {
    frame = leavesItem(m, step) ? { ...frame, collected: [], errors: [] } : { ...frame, collected: [] };
  }
  pushFrame(m, fiber, frame);
  if (items.length > 0) pushFrame(m, fiber, { kind: "sequence", path: step.path + ".body.steps", pc: 0 });
  else endLoop(m, fiber, step, frame);
}

/** A value that is no array is one item; nothing and null are none. */
function itemsOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return isArray(value) ? value : [value];
}

function evaluateConcurrency(m: Machine, fiber: WorkFiber, value: Value): number {
  const concurrency = evaluate(m, fiber, value);
  if (concurrency === undefined || concurrency === null) throw noValue("concurrency");
  const { concurrencyMax } = m.behaviour;
  if (
    typeof concurrency === "number" &&
    isSafeInteger(concurrency) &&
    concurrency >= 1 &&
    concurrency <= concurrencyMax
  )
    return concurrency;
  const found = typeof concurrency === "number" ? "" + concurrency : describe(concurrency);
  throw new StepFailure(
    "ExpressionError",
    "CONCURRENCY_OUT_OF_RANGE",
    `concurrency is a whole number from 1 to ${concurrencyMax}, and this is ${found}.`,
  );
}

/** A body has ended: collects its value and goes on with the next item, or ends the loop. */
export function nextItem(m: Machine, fiber: WorkFiber, frame: ForEachFrame): void {
  const step = forEachAt(m, frame);
  m.place = frame.place;
  m.stepFuel = 0;
  m.scope = undefined;
  m.fuelInTurn += m.behaviour.stepFuelMin;
  let next = frame;
  if (step.collect !== undefined) {
    try {
      const value = evaluate(m, fiber, step.collect.value) ?? null;
      admit(m, weighResult(m, value));
      next = collect(m, frame, value);
    } catch (thrown) {
      if (!(thrown instanceof StepFailure)) throw thrown;
      const error = runError(m, frame.place, thrown.category, thrown.code, thrown.message, thrown.details);
      if (itemFailed(m, fiber, frame, error)) return;
      popFrame(m, fiber);
      throw thrown;
    }
  }
  toNext(m, fiber, step, next);
}

/**
 * An item's error: true when the loop tolerates it and has gone on with the next item. (Under semantics 1 it goes on
 * inside the item, which is not for the loop to do.)
 */
export function itemFailed(m: Machine, fiber: WorkFiber, frame: ForEachFrame, error: RunError): boolean {
  const step = forEachAt(m, frame);
  if (!leavesItem(m, step)) return false;
  let next = frame;
  if (step.collect !== undefined) {
    const failed: ItemError = { index: frame.index, error };
    const errors = owned(m, frame.errors ?? []);
    errors.push(failed);
    m.bytesBound += weigh(m, failed as unknown as Json);
    next = { ...collect(m, frame, null), errors };
  }
  // The end of the loop may fail in its turn; whoever unwinds goes on with that.
  m.place = frame.place;
  m.scope = undefined;
  toNext(m, fiber, step, next);
  return true;
}

function toNext(m: Machine, fiber: WorkFiber, step: ForEachStep, frame: ForEachFrame): void {
  if (frame.index + 1 >= frame.items.length) {
    endLoop(m, fiber, step, frame);
    return;
  }
  replaceTop(m, fiber, { ...frame, index: frame.index + 1 });
  pushFrame(m, fiber, { kind: "sequence", path: step.path + ".body.steps", pc: 0 });
}

function endLoop(m: Machine, fiber: WorkFiber, step: ForEachStep, frame: ForEachFrame): void {
  popFrame(m, fiber);
  writeCollected(m, fiber, step, frame.collected, frame.errors);
  stepEntry(m, frame.place, "SUCCEEDED");
}

/** Writes what a loop has collected, and the errors of its items beside it. */
export function writeCollected(
  m: Machine,
  fiber: WorkFiber,
  step: ForEachStep,
  collected: readonly Json[] | undefined,
  errors: readonly ItemError[] | undefined,
): void {
  if (step.collect === undefined) return;
  const values = (collected ?? []) as Json[];
  writeTarget(m, fiber, step.collect.saveAs, values, weigh(m, values));
  if (errors === undefined) return;
  const failed = errors as unknown as Json;
  writeTarget(m, fiber, errorsTarget(step.collect.saveAs), failed, weigh(m, failed));
}

/** The target beside `saveAs` that gets the errors of its items. */
function errorsTarget(saveAs: Target): Target {
  const path = saveAs.slice();
  path[path.length - 1] += "Errors";
  return path as unknown as Target;
}

function collect(m: Machine, frame: ForEachFrame, value: Json): ForEachFrame {
  const collected = owned(m, frame.collected ?? []);
  collected.push(value);
  return { ...frame, collected };
}

/** The list itself when this transition made it, else a copy. */
export function owned<T>(m: Machine, list: readonly T[]): T[] {
  if (m.owned.has(list)) return list as T[];
  const copy = list.slice();
  m.owned.add(copy);
  return copy;
}

export function leavesItem(m: Machine, step: ForEachStep): boolean {
  return step.onItemError === "continue" && m.behaviour.itemErrorLeavesItem;
}

export function forEachAt(m: Machine, frame: { readonly place: StepPlace }): ForEachStep {
  const step = m.index.steps.get(frame.place.stepPath);
  if (step?.type !== "control.forEach") throw new Corruption(`There is no control.forEach at ${frame.place.stepPath}.`);
  return step;
}
