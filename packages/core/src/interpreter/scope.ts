import { evaluateExpression } from "../expression/evaluate.ts";
import type { Value } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { Corruption, errorJson, StepFailure } from "./failure.ts";
import type { FiberContext, Machine, Vars, WorkFiber } from "./machine.ts";
import { fiberOf, topFrame } from "./machine.ts";
import type { Frame } from "./transition.ts";

const isArray = Array.isArray;
const keysOf = Object.keys;
const noContext: FiberContext = { iteration: [], lexical: {} };

/** Loop positions and locals around the fiber's current step, those of the fibers around it included. */
export function contextOf(m: Machine, fiber: WorkFiber): FiberContext {
  const known = m.contexts.get(fiber.id);
  if (known !== undefined) return known;
  const context = contextAt(m, fiber, fiber.frames.length);
  m.contexts.set(fiber.id, context);
  return context;
}

/** Likewise, as far as the fiber's outermost `depth` frames make them. */
export function contextAt(m: Machine, fiber: WorkFiber, depth: number): FiberContext {
  let iteration: number[] | undefined;
  let lexical: JsonObject | undefined;
  let outer = noContext;
  if (fiber.parent !== undefined) {
    const parent = fiberOf(m, fiber.parent);
    outer = contextOf(m, parent);
    if (fiber.undoes !== undefined) {
      const { place, locals } = fiber.undoes;
      outer = { iteration: place.iteration, lexical: { ...outer.lexical, ...locals } };
    }
    if (fiber.item !== undefined) {
      const loop = topFrame(parent);
      if (loop?.kind !== "concurrent") throw new Corruption(`The fiber ${parent.id} waits for no item.`);
      iteration = [...outer.iteration, fiber.item];
      lexical = { ...outer.lexical };
      bindItem(m, lexical, loop.place.stepPath, loop.items, fiber.item);
    }
  }
  for (let i = 0; i < depth; i += 1) {
    const frame = fiber.frames[i] as Frame;
    switch (frame.kind) {
      case "forEach": {
        (iteration ??= outer.iteration.slice()).push(frame.index);
        lexical ??= { ...outer.lexical };
        bindItem(m, lexical, frame.place.stepPath, frame.items, frame.index);
        break;
      }
      case "while":
        (iteration ??= outer.iteration.slice()).push(frame.index);
        lexical ??= { ...outer.lexical };
        lexical["iteration"] = frame.index;
        break;
      case "tryCatch":
        if (frame.phase === "catch" && frame.error !== undefined) {
          lexical ??= { ...outer.lexical };
          lexical["error"] = errorJson(frame.error);
        }
        break;
      default:
        break;
    }
  }
  return { iteration: iteration ?? outer.iteration, lexical: lexical ?? outer.lexical };
}

/** The locals of one item of a loop. */
function bindItem(m: Machine, lexical: JsonObject, stepPath: string, items: readonly Json[], index: number): void {
  const item = items[index] as Json;
  lexical["item"] = item;
  lexical["index"] = index;
  lexical["length"] = items.length;
  lexical["isFirst"] = index === 0;
  lexical["isLast"] = index === items.length - 1;
  const step = m.index.steps.get(stepPath);
  if (step?.type !== "control.forEach") throw new Corruption(`There is no control.forEach at ${stepPath}.`);
  if (step.itemVar !== undefined) lexical[step.itemVar] = item;
}

/** `vars` as the fiber sees them: a branch has some names for itself, an item all that it writes. */
export function varsOf(m: Machine, fiber: WorkFiber): Vars {
  if (fiber.parent === undefined) return m.vars;
  const view = m.views.get(fiber.id);
  if (view !== undefined && view.version === m.varsVersion) return view.vars;
  const outer = varsOf(m, fiberOf(m, fiber.parent));
  // Without names of its own it sees what its parent sees, and no copy is made.
  let vars = outer;
  if (keysOf(fiber.own).length > 0 || fiber.hidden !== undefined) {
    const seen: JsonObject = { ...outer, ...fiber.own };
    for (const name of fiber.hidden ?? []) delete seen[name];
    m.fuelInTurn += keysOf(seen).length >> 3;
    vars = seen;
  }
  m.views.set(fiber.id, { version: m.varsVersion, vars });
  return vars;
}

/** What the expressions of the fiber's current step see; built once until something is written. */
function scopeOf(m: Machine, fiber: WorkFiber): { readonly [name: string]: Json } {
  if (m.scope !== undefined) return m.scope;
  const scope: JsonObject = { ...contextOf(m, fiber).lexical };
  scope["payload"] = m.payload;
  scope["vars"] = varsOf(m, fiber) as JsonObject;
  scope["meta"] = m.meta;
  scope["system"] = m.meta;
  m.scope = scope;
  return scope;
}

/** From now on the current step's expressions see a name more: `event`, or `childRun`. */
export function openScope(m: Machine, fiber: WorkFiber, more: { readonly [name: string]: Json }): void {
  m.scope = undefined;
  m.scope = { ...scopeOf(m, fiber), ...more };
}

/** The value, or undefined for nothing. @throws StepFailure ExpressionError */
export function evaluate(m: Machine, fiber: WorkFiber, value: Value): Json | undefined {
  switch (value.kind) {
    case "literal":
      return value.value;
    case "expr": {
      const result = evaluateExpression(value.expression, scopeOf(m, fiber), {
        now: m.now,
        fuel: m.behaviour.stepFuelMax - m.stepFuel,
      });
      burn(m, result.fuelUsed);
      if (result.error !== undefined) {
        const { code, message, ...details } = result.error;
        throw new StepFailure(
          "ExpressionError",
          code,
          message,
          keysOf(details).length === 0 ? undefined : (details as Json),
        );
      }
      return result.value;
    }
    case "object": {
      const object: JsonObject = {};
      for (let i = 0; i < value.entries.length; i += 1) {
        const entry = value.entries[i] as readonly [string, Value];
        const member = evaluate(m, fiber, entry[1]);
        if (member !== undefined) object[entry[0]] = member;
      }
      return object;
    }
    case "array": {
      const items: Json[] = [];
      for (let i = 0; i < value.items.length; i += 1) {
        const item = evaluate(m, fiber, value.items[i] as Value);
        if (item !== undefined) items.push(item);
      }
      return items;
    }
    case "secret":
      throw new Corruption("A secret stands where no action's input is.");
    default:
      throw new Corruption(`There is no kind of value ${(value as { kind: string }).kind}.`);
  }
}

/** As `evaluate`; secrets stand as `{$secret: ..}`, and pointers to them are added to `secrets`. */
export function evaluateInput(
  m: Machine,
  fiber: WorkFiber,
  value: Value,
  pointer: string,
  secrets: string[],
): Json | undefined {
  switch (value.kind) {
    case "secret":
      secrets.push(pointer);
      return value.format === undefined ? { $secret: value.name } : { $secret: value.name, format: value.format };
    case "object": {
      const object: JsonObject = {};
      for (let i = 0; i < value.entries.length; i += 1) {
        const entry = value.entries[i] as readonly [string, Value];
        const member = evaluateInput(m, fiber, entry[1], pointer + pointerToken(entry[0]), secrets);
        if (member !== undefined) object[entry[0]] = member;
      }
      return object;
    }
    case "array": {
      const items: Json[] = [];
      for (let i = 0; i < value.items.length; i += 1) {
        const item = evaluateInput(m, fiber, value.items[i] as Value, pointer + "/" + items.length, secrets);
        if (item !== undefined) items.push(item);
      }
      return items;
    }
    default:
      return evaluate(m, fiber, value);
  }
}

/** A condition: nothing and null are false. @throws StepFailure CONDITION_NOT_BOOLEAN */
export function evaluateCondition(m: Machine, fiber: WorkFiber, value: Value): boolean {
  const condition = evaluate(m, fiber, value);
  if (typeof condition === "boolean") return condition;
  if (condition === undefined || condition === null) return false;
  throw new StepFailure(
    "ExpressionError",
    "CONDITION_NOT_BOOLEAN",
    `A condition is true or false, and this one is ${describe(condition)}.`,
  );
}

export function describe(value: Json): string {
  if (value === null) return "null";
  if (isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Charges the step's expressions to the turn: a step costs at least `stepFuelMin`, which was charged at its start. */
export function burn(m: Machine, fuel: number): void {
  const min = m.behaviour.stepFuelMin;
  const before = m.stepFuel;
  const after = before + fuel;
  m.stepFuel = after;
  if (after > min) m.fuelInTurn += after - (before > min ? before : min);
}
