import { keyIsRefused } from "../values/keys.ts";
import type { Json } from "../values/json.ts";
import { Fault, spend } from "./run.ts";
import type { Run } from "./run.ts";

/** What an operation yields: a JSON value, or nothing. */
export type Value = Json | undefined;

/**
 * An array, with the marks that JSONata's rules of flattening need. They exist within one evaluation only: the result
 * is copied without them.
 */
export interface Items extends Array<Json> {
  /** A sequence: the result of a path, a predicate ...; of none it is nothing, of one it is that one. */
  sequence?: true;
  /** A sequence of one that stays an array. */
  keepSingleton?: true;
  /** An array made by a constructor in a path, which is not flattened into it. */
  constructs?: true;
}

/** A function given to a higher-order function. */
export interface Closure {
  readonly arity: number;
  call(args: readonly Value[]): Value;
}

/** Deeper data ends an evaluation with EXPR_DEPTH. Deeper than any value that is let in, so that results hit it first. */
export const dataDepthMax = 260;

const isArray = Array.isArray;
const keysOf = Object.keys;
const hasOwn = Object.hasOwn;

export function newSequence(): Items {
  const sequence: Items = [];
  sequence.sequence = true;
  return sequence;
}

export function sequenceOf(value: Value): Items {
  const sequence: Items = [value as Json];
  sequence.sequence = true;
  return sequence;
}

/** Whether `value` is an array. */
export function isItems(value: unknown): value is Json[] {
  return isArray(value);
}

export function isSequence(items: Items): boolean {
  return items.sequence === true;
}

/** Whether a path must not flatten the array. */
export function isConstructed(items: Items): boolean {
  return items.constructs === true;
}

/** What an operation's result stands for: a sequence of none is nothing, a sequence of one its member. */
export function normalised(value: Value, keep: boolean): Value {
  if (typeof value !== "object" || value === null || !isArray(value)) return value;
  const items: Items = value;
  if (items.sequence !== true) return value;
  if (keep) items.keepSingleton = true;
  if (items.length === 0) return undefined;
  return items.length === 1 && items.keepSingleton !== true ? items[0] : items;
}

/** Both in one array; nothing adds nothing. The result may be one of the two. */
export function appended(run: Run, first: Value, second: Value): Value {
  if (first === undefined) return second;
  if (second === undefined) return first;
  const left: Json[] = isArray(first) ? first : sequenceOf(first);
  const right: Json[] = isArray(second) ? second : [second];
  spend(run, 1 + ((left.length + right.length) >> 2));
  return left.concat(right);
}

/** Adds `second` to an array of our own, with the effect of `appended`. */
export function appendTo(run: Run, own: Json[], second: Value): void {
  if (second === undefined) return;
  if (!isArray(second)) {
    own.push(second);
    return;
  }
  spend(run, second.length >> 2);
  for (let i = 0; i < second.length; i += 1) own.push(second[i] as Json);
}

/** A member of an object, by its own key only. */
export function ownMember(object: object, key: string): Value {
  const isKnown = hasOwn(object, key);
  // The members of a reference are its only ones, so every other key that is found was not found in one.
  if (!isKnown || key === "bytes" || key === "contentType" || key === "$blob") refuseBlob(object);
  return isKnown ? (object as Record<string, Json>)[key] : undefined;
}

/** Ends the evaluation when `object` is a reference to a value that is kept elsewhere. */
export function refuseBlob(object: object): void {
  if (hasOwn(object, "$blob")) {
    throw new Fault(
      "VALUE_IS_BLOB",
      "The value is kept outside the run's state because of its size; an expression cannot look into it.",
    );
  }
}

/** The values of an object's members. */
export function membersOf(object: Record<string, Json>, run: Run): Json[] {
  refuseBlob(object);
  const keys = keysOf(object);
  spend(run, keys.length);
  const values: Json[] = [];
  for (const key of keys) values.push(object[key] as Json);
  return values;
}

/** Puts a member into an object that the expression makes. */
export function putMember(object: Record<string, Json>, key: string, value: Json, position?: number): void {
  if (keyIsRefused(key)) throw new Fault("KEY_REFUSED", `An object may not have the key ${key}.`, position);
  object[key] = value;
}

/** Counts a level of nesting in data. */
export function deeper(depth: number): number {
  if (depth >= dataDepthMax)
    throw new Fault("EXPR_DEPTH", "The expression works on a value that is nested too deeply.");
  return depth + 1;
}
