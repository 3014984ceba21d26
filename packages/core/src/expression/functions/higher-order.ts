import { isTrue } from "../compare.ts";
import { sorted } from "../sort.ts";
import { newSequence, putMember, refuseBlob } from "../value.ts";
import { spend, typeFault, valueFault } from "../run.ts";
import { defineFunction } from "../signature.ts";
import type { Argument } from "../signature.ts";
import type { Closure, Items, Value } from "../value.ts";
import type { Run } from "../run.ts";
import type { Json } from "../../values/json.ts";

const keysOf = Object.keys;

export const higherOrderFunctions = [
  defineFunction("map", "af", (args, run) => {
    const items = args[0] as Items | undefined;
    if (items === undefined) return undefined;
    const mapped = newSequence();
    for (let i = 0; i < items.length; i += 1) {
      const value = called(args[1], items[i], i, items, run);
      if (value !== undefined) mapped.push(value);
    }
    return mapped;
  }),

  defineFunction("filter", "af", (args, run) => {
    const items = args[0] as Items | undefined;
    if (items === undefined) return undefined;
    const found = newSequence();
    for (let i = 0; i < items.length; i += 1) {
      if (isTrue(called(args[1], items[i], i, items, run), run)) found.push(items[i] as Json);
    }
    return found;
  }),

  defineFunction("single", "af?", (args, run) => {
    const items = args[0] as Items | undefined;
    if (items === undefined) return undefined;
    let found: Value;
    let count = 0;
    for (let i = 0; i < items.length; i += 1) {
      spend(run, 1);
      if (args[1] !== undefined && !isTrue(called(args[1], items[i], i, items, run), run)) continue;
      if (count > 0) throw valueFault("D3138", "$single found more than one element");
      found = items[i];
      count += 1;
    }
    if (count === 0) throw valueFault("D3139", "$single found no element");
    return found;
  }),

  defineFunction("reduce", "afj?", (args, run) => {
    const items = args[0] as Items | undefined;
    const step = args[1] as Closure;
    if (items === undefined) return undefined;
    if (step.arity < 2) throw valueFault("D3050", "The function given to $reduce needs at least two parameters");
    let value = args[2] as Value;
    let i = 0;
    if (value === undefined && items.length > 0) {
      value = items[0];
      i = 1;
    }
    for (; i < items.length; i += 1) {
      spend(run, 1);
      value = step.call([value, items[i], i, items]);
    }
    return value;
  }),

  defineFunction("sort", "af?", (args, run) => {
    const items = args[0] as Items | undefined;
    if (items === undefined || items.length <= 1) return items;
    const comparison = args[1] as Closure | undefined;
    if (comparison !== undefined) {
      return sorted(items, (left, right) => {
        spend(run, 2);
        // The truth of the language that JSONata is written in: "" and 0 are false, [] and {} are true.
        return !!comparison.call([left, right]);
      });
    }
    const type = typeof items[0];
    for (let i = 0; i < items.length; i += 1) {
      if (typeof items[i] !== type || (type !== "number" && type !== "string")) {
        throw typeFault("D3070", "$sort needs a comparison for what are not all numbers or all texts");
      }
    }
    return sorted(items, (left, right) => {
      spend(run, typeof left === "string" ? 1 + (left.length >> 6) : 1);
      return (left as number) > (right as number);
    });
  }),

  defineFunction("each", "o-f", (args, run) => {
    const object = args[0] as Record<string, Json> | undefined;
    const values = newSequence();
    if (object === undefined) return values;
    refuseBlob(object);
    for (const key of keysOf(object)) {
      const value = called(args[1], object[key], key, object, run);
      if (value !== undefined) values.push(value);
    }
    return values;
  }),

  defineFunction("sift", "o-f?", (args, run) => {
    const object = args[0] as Record<string, Json> | undefined;
    if (object === undefined) return undefined;
    refuseBlob(object);
    const sifted: Record<string, Json> = {};
    for (const key of keysOf(object)) {
      if (isTrue(called(args[1], object[key], key, object, run), run)) putMember(sifted, key, object[key] as Json);
    }
    return keysOf(sifted).length === 0 ? undefined : sifted;
  }),
];

/** Calls a function with as many of element, place and whole as it has parameters for. */
function called(closure: Argument, value: Value, place: number | string, whole: Json, run: Run): Value {
  spend(run, 1);
  const { arity, call } = closure as Closure;
  return call(arity >= 3 ? [value, place, whole] : arity === 2 ? [value, place] : [value]);
}
