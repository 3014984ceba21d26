import { refuseBlob, deeper, isItems } from "./value.ts";
import { Fault, spend, typeFault } from "./run.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";
import type { Json } from "../values/json.ts";

const keysOf = Object.keys;
const hasOwn = Object.hasOwn;

/** Whether a number can be worked with: false for what is no number. Infinity ends the evaluation, as in JSONata. */
export function isNumeric(value: unknown): value is number {
  if (typeof value !== "number" || value !== value) return false;
  // Of what is infinite, less itself, nothing is left: cheaper than reading a global in a sandbox.
  if (value - value !== 0) throw new Fault("EXPR_NUMBER_RANGE", "A number is out of range (D1001).");
  return true;
}

/** The truth of a value; nothing, null, 0, "", [] and {} are false, and so is an array of false ones. */
export function isTrue(value: Value, run: Run, depth = 0): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value.length > 0;
    case "number":
      return isNumeric(value) && value !== 0;
    case "object": {
      if (value === null) return false;
      if (!isItems(value)) return keysOf(value).length > 0;
      const below = deeper(depth);
      if (value.length === 1) return isTrue(value[0], run, below);
      // Every member is looked at, as in JSONata: one out of range ends the evaluation wherever it stands.
      let any = false;
      spend(run, 1 + (value.length >> 2));
      for (let i = 0; i < value.length; i += 1) if (isTrue(value[i], run, below)) any = true;
      return any;
    }
    default:
      return false;
  }
}

/** Equality by value: members in any order, elements in theirs. */
export function isEqual(left: Value, right: Value, run: Run, depth = 0): boolean {
  if (typeof left === "string" && typeof right === "string") {
    if (left.length !== right.length) return false;
    spend(run, left.length >> 6);
    return left === right;
  }
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  const below = deeper(depth);
  if (isItems(left)) {
    if (!isItems(right) || left.length !== right.length) return false;
    for (let i = 0; i < left.length; i += 1) {
      spend(run, 1);
      if (!isEqual(left[i], right[i], run, below)) return false;
    }
    return true;
  }
  refuseBlob(left);
  if (isItems(right)) return false;
  refuseBlob(right);
  const keys = keysOf(left);
  spend(run, 1 + keys.length);
  if (keysOf(right).length !== keys.length) return false;
  for (const key of keys) if (!hasOwn(right, key)) return false;
  for (const key of keys) if (!isEqual(left[key] as Json, right[key] as Json, run, below)) return false;
  return true;
}

/** `<`, `<=`, `>` and `>=`; nothing on one side gives nothing. */
export function isOrdered(
  left: Value,
  operator: "<" | "<=" | ">" | ">=",
  right: Value,
  run: Run,
  at: number,
): boolean | undefined {
  if (!isComparable(left) || !isComparable(right)) {
    throw typeFault("T2010", `The values on both sides of ${operator} must be numbers or texts`, at);
  }
  if (left === undefined || right === undefined) return undefined;
  if (typeof left !== typeof right) {
    throw typeFault("T2009", `The values on both sides of ${operator} must be of the same type`, at);
  }
  if (typeof left === "string") spend(run, left.length >> 6);
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    default:
      return left >= right;
  }
}

function isComparable(value: Value): value is number | string | undefined {
  return value === undefined || typeof value === "string" || typeof value === "number";
}

/** `in`: whether one of the members is the very value (objects and arrays are never). */
export function isMember(value: Value, members: Value, run: Run): boolean {
  if (value === undefined || members === undefined) return false;
  if (!isItems(members)) return members === value;
  spend(run, 1 + (members.length >> 2));
  for (let i = 0; i < members.length; i += 1) if (members[i] === value) return true;
  return false;
}
