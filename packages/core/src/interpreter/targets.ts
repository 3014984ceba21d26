import type { Assignments, Target } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { keyIsRefused } from "../values/keys.ts";
import { StepFailure } from "./failure.ts";
import type { Machine, Vars, WorkFiber } from "./machine.ts";
import { fiberOf } from "./machine.ts";
import { varsOf } from "./scope.ts";
import { admit, weigh } from "./size.ts";

const isArray = Array.isArray;
const hasOwn = Object.hasOwn;

/**
 * Writes a value that has been weighed (nothing removes the target), copying what is shared on the way to it.
 * @throws StepFailure STATE_TOO_LARGE, TARGET_NOT_WRITABLE, VALUE_IS_BLOB
 */
export function writeTarget(
  m: Machine,
  fiber: WorkFiber,
  target: Target,
  value: Json | undefined,
  bytes: number,
): void {
  const keeper = target[0] === "vars" && target.length > 1 ? keeperOf(m, fiber, target[1] as string) : undefined;
  if (value !== undefined) {
    let path = 0;
    for (let i = 1; i < target.length; i += 1) path += (target[i] as string).length + 4;
    admit(m, bytes + path, current(target[0] === "payload" ? m.payload : (keeper?.own ?? m.vars), target));
  }
  m.scope = undefined;
  if (target[0] === "payload") {
    m.payload = target.length === 1 ? (value ?? null) : placed(m, m.payload, target, 1, value);
    return;
  }
  if (target.length === 1) {
    if (value === undefined || value === null || typeof value !== "object" || isArray(value)) throw notWritable(target);
    m.vars = value;
  } else if (keeper !== undefined) {
    keep(m, keeper, target, value);
  } else {
    m.vars = placed(m, m.vars as JsonObject, target, 1, value) as JsonObject;
  }
  m.varsVersion += 1;
}

/**
 * Writes several values in order, or none: where one cannot be written, those before it are taken back.
 * @throws StepFailure STATE_TOO_LARGE, TARGET_NOT_WRITABLE
 */
export function writeTogether(
  m: Machine,
  fiber: WorkFiber,
  assignments: Assignments,
  values: readonly (Json | undefined)[],
  bytes: readonly number[],
): void {
  const write = (): void => {
    for (let i = 0; i < assignments.length; i += 1) {
      writeTarget(m, fiber, (assignments[i] as Assignments[number]).target, values[i], bytes[i] as number);
    }
  };
  if (!mayFail(m, assignments, bytes)) return write();
  const { payload, vars } = m;
  const layers: { readonly of: WorkFiber; readonly own: Vars; readonly hidden: readonly string[] | undefined }[] = [];
  for (let at: WorkFiber | undefined = fiber; at !== undefined; at = around(m, at))
    layers.push({ of: at, own: at.own, hidden: at.hidden });
  // Nothing is ours from here on, so whatever is written to is copied first, and what was stays as it is.
  m.owned.clear();
  try {
    write();
  } catch (error) {
    m.payload = payload;
    m.vars = vars;
    for (const { of, own, hidden } of layers) {
      of.own = own;
      if (hidden === undefined) delete of.hidden;
      else of.hidden = hidden;
    }
    m.owned.clear();
    m.scope = undefined;
    m.varsVersion += 1;
    throw error;
  }
}

/** A whole variable can always be written, as long as the state has room. */
function mayFail(m: Machine, assignments: Assignments, bytes: readonly number[]): boolean {
  let room = m.behaviour.stateBytesMax - m.bytesBound;
  for (let i = 0; i < assignments.length; i += 1) {
    const { target } = assignments[i] as Assignments[number];
    if (target.length !== 2 || target[0] !== "vars") return true;
    room -= (bytes[i] as number) + (target[1] as string).length + 4;
  }
  return room < 0;
}

function around(m: Machine, { parent }: WorkFiber): WorkFiber | undefined {
  return parent === undefined ? undefined : fiberOf(m, parent);
}

/** The fiber, this one or one around it, that has the name for itself; undefined: the run's `vars` have it. */
function keeperOf(m: Machine, fiber: WorkFiber, name: string): WorkFiber | undefined {
  for (let at = fiber; at.parent !== undefined; at = fiberOf(m, at.parent)) {
    if (keeps(at) === "all" || (keeps(at) === "events" && isEventName(name))) return at;
  }
  return undefined;
}

/** What of `vars` a fiber has for itself. */
export function keeps(fiber: WorkFiber): "all" | "events" | undefined {
  if (fiber.item !== undefined) return "all";
  return fiber.undoes === undefined ? "events" : fiber.undoes.keeps;
}

/** Writes to what a fiber has for itself. What it sees of the name so far is copied, what it removes is hidden. */
function keep(m: Machine, fiber: WorkFiber, target: Target, value: Json | undefined): void {
  const name = target[1] as string;
  const seen = varsOf(m, fiber);
  const isSeen = hasOwn(seen, name);
  let base = fiber.own;
  if (isSeen && target.length > 2 && !hasOwn(base, name)) {
    const inherited = seen[name] as Json;
    admit(m, weigh(m, inherited)); // it has two places now
    base = { ...base, [name]: inherited };
  }
  fiber.own = placed(m, base as JsonObject, target, 1, value) as JsonObject;
  const isHidden = fiber.hidden?.includes(name) === true;
  if (hasOwn(fiber.own, name)) {
    if (!isHidden) return;
    const hidden = (fiber.hidden as readonly string[]).filter((other) => other !== name);
    if (hidden.length > 0) fiber.hidden = hidden;
    else delete fiber.hidden;
  } else if (isSeen) fiber.hidden = [...(fiber.hidden ?? []), name];
}

/** Names of `vars` that each branch of a `control.parallel` has for itself. */
function isEventName(name: string): boolean {
  return name === "event" || name === "eventName" || name === "timeWait";
}

function current(root: Json | Vars, target: Target): Json | undefined {
  let value = root as Json | undefined;
  for (let i = 1; i < target.length; i += 1) {
    if (typeof value !== "object" || value === null) return undefined;
    const key = target[i] as string;
    value = hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
  }
  return value;
}

/** `container` with the value at the rest of the path: itself when it is ours, else a copy. */
function placed(m: Machine, container: Json | undefined, target: Target, at: number, value: Json | undefined): Json {
  if (container === undefined || container === null) {
    // Nothing is removed from nothing, and no container is made for it.
    if (value === undefined) return container ?? null;
    return filled(m, target, at, value);
  }
  if (typeof container !== "object") {
    if (value === undefined) return container;
    throw notWritable(target);
  }
  const key = target[at] as string;
  if (keyIsRefused(key)) throw notWritable(target);
  const last = at === target.length - 1;
  if (isArray(container)) {
    const index = arrayIndex(key, container.length);
    if (index < 0 || (index === container.length && value === undefined)) {
      if (value === undefined) return container;
      throw notWritable(target);
    }
    const items = owned(m, container) as Json[];
    if (!last) items[index] = placed(m, items[index], target, at + 1, value);
    else if (value === undefined) items.splice(index, 1);
    else items[index] = value;
    return items;
  }
  // A large output is kept by reference: nobody has its members here, and the reference is not theirs to change.
  if (hasOwn(container, "$blob")) throw intoBlob(target);
  const present = hasOwn(container, key);
  if (value === undefined && !present) return container;
  const members = owned(m, container) as JsonObject;
  if (!last) members[key] = placed(m, present ? members[key] : undefined, target, at + 1, value);
  else if (value === undefined) delete members[key];
  else members[key] = value;
  return members;
}

/** New objects for the rest of the path, with the value in the innermost. */
function filled(m: Machine, target: Target, at: number, value: Json): Json {
  let inner = value;
  for (let i = target.length - 1; i >= at; i -= 1) {
    const key = target[i] as string;
    if (keyIsRefused(key)) throw notWritable(target);
    const object: JsonObject = { [key]: inner };
    m.owned.add(object);
    inner = object;
  }
  return inner;
}

function owned(m: Machine, container: Json[] | JsonObject): Json[] | JsonObject {
  if (m.owned.has(container)) return container;
  const copy = isArray(container) ? container.slice() : { ...container };
  m.owned.add(copy);
  return copy;
}

/** An index of the array or the one behind its last; -1 for any other key. */
function arrayIndex(key: string, length: number): number {
  if (key === "" || key.length > 9) return -1;
  let index = 0;
  for (let i = 0; i < key.length; i += 1) {
    const digit = key.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    index = index * 10 + digit;
  }
  return index <= length ? index : -1;
}

function intoBlob(target: Target): StepFailure {
  const path = target.join(".");
  return new StepFailure(
    "ExpressionError",
    "VALUE_IS_BLOB",
    `Nothing can be written to ${path}: it leads into a value that is too large to be looked into. It can only be passed on or replaced.`,
    { target: path },
  );
}

function notWritable(target: Target): StepFailure {
  const path = target.join(".");
  return new StepFailure(
    "ExpressionError",
    "TARGET_NOT_WRITABLE",
    `Nothing can be written to ${path}: it leads through a value that is no object, or has a key that is refused.`,
    { target: path },
  );
}
