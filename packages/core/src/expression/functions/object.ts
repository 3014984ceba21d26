import { member } from "../path.ts";
import { appendTo, deeper, isItems, newSequence, putMember, refuseBlob } from "../value.ts";
import { Fault, spend } from "../run.ts";
import { isNumeric } from "../compare.ts";
import { textOf } from "../text.ts";
import { defineFunction } from "../signature.ts";
import type { Items, Value } from "../value.ts";
import type { Run } from "../run.ts";
import type { Json } from "../../values/json.ts";

const keysOf = Object.keys;
const create = Object.create;
const parse = JSON.parse;

export const objectFunctions = [
  defineFunction("keys", "x-", (args, run) => {
    const keys = newSequence();
    for (const key of keysIn(args[0] as Value, run, 0)) keys.push(key);
    return keys;
  }),

  defineFunction("lookup", "x-s", (args, run) => {
    const key = args[1];
    return typeof key === "string" ? member(args[0] as Value, key, run, 0) : undefined;
  }),

  defineFunction("spread", "x-", (args, run) => spread(args[0] as Value, run, 0)),

  defineFunction("merge", "a<o>", (args, run) => {
    const objects = args[0] as Record<string, Json>[] | undefined;
    if (objects === undefined) return undefined;
    const merged: Record<string, Json> = {};
    for (const object of objects) {
      refuseBlob(object);
      const keys = keysOf(object);
      spend(run, 1 + 2 * keys.length);
      for (const key of keys) putMember(merged, key, object[key] as Json);
    }
    return merged;
  }),

  defineFunction("type", "x", (args) => {
    const value = args[0] as Value;
    if (value === undefined) return undefined;
    if (value === null) return "null";
    if (isNumeric(value)) return "number";
    if (typeof value === "string") return "string";
    if (typeof value === "boolean") return "boolean";
    return isItems(value) ? "array" : "object";
  }),

  defineFunction("clone", "(oa)-", (args, run) => {
    const value = args[0] as Value;
    return value === undefined ? undefined : (parse(textOf(value, run, false)) as Json);
  }),

  defineFunction("error", "s?", (args) => {
    throw new Fault(
      "EXPR_RAISED",
      typeof args[0] === "string" && args[0] !== "" ? args[0] : "The expression called $error.",
    );
  }),

  defineFunction("assert", "bs?", (args) => {
    if (args[0] === true) return undefined;
    throw new Fault(
      "EXPR_RAISED",
      typeof args[1] === "string" && args[1] !== "" ? args[1] : "A condition of $assert does not hold.",
    );
  }),
];

/** The keys of an object, or of all objects in an array, each once. */
function keysIn(value: Value, run: Run, depth: number): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (!isItems(value)) {
    refuseBlob(value);
    const keys = keysOf(value);
    spend(run, keys.length);
    return keys;
  }
  // An object without a prototype collects them, so that keys that are integers come first, as in every object.
  const all = create(null) as Record<string, true>;
  const below = deeper(depth);
  for (let i = 0; i < value.length; i += 1) {
    spend(run, 1);
    for (const key of keysIn(value[i], run, below)) all[key] = true;
  }
  return keysOf(all);
}

/** An object as one object per member. */
function spread(value: Value, run: Run, depth: number): Value {
  if (typeof value !== "object" || value === null) return value;
  let objects: Items = newSequence();
  if (isItems(value)) {
    const below = deeper(depth);
    if (value.length > 0) objects = [];
    for (let i = 0; i < value.length; i += 1) {
      spend(run, 1);
      appendTo(run, objects, spread(value[i], run, below));
    }
    return objects;
  }
  refuseBlob(value);
  for (const key of keysOf(value)) {
    spend(run, 4);
    const object: Record<string, Json> = {};
    putMember(object, key, value[key] as Json);
    objects.push(object);
  }
  return objects;
}
