import { metered } from "../canonical-text.ts";
import { appended, isItems, isSequence, newSequence } from "../value.ts";
import { isEqual } from "../compare.ts";
import { spend } from "../run.ts";
import { defineFunction } from "../signature.ts";
import type { Items, Value } from "../value.ts";
import type { Run } from "../run.ts";
import type { Json } from "../../values/json.ts";

const { min } = Math;
const ValueSet = Set;

export const arrayFunctions = [
  defineFunction("count", "a", (args) => (args[0] === undefined ? 0 : (args[0] as Json[]).length)),

  defineFunction("append", "xx", (args, run) => appended(run, args[0] as Value, args[1] as Value)),

  defineFunction("reverse", "a", (args, run) => {
    const items = args[0] as Items | undefined;
    if (items === undefined || items.length <= 1) return items;
    spend(run, items.length >> 2);
    const reversed: Json[] = [];
    for (let i = items.length - 1; i >= 0; i -= 1) reversed.push(items[i] as Json);
    return reversed;
  }),

  defineFunction("distinct", "x", (args, run) => distinct(args[0] as Value, run)),

  defineFunction("zip", "a+", (args, run) => {
    let length = isItems(args[0]) ? args[0].length : 0;
    for (const arg of args) length = isItems(arg) ? min(length, arg.length) : 0;
    const rows: Json[] = [];
    for (let i = 0; i < length; i += 1) {
      spend(run, 1 + args.length);
      rows.push(args.map((arg) => (arg as Json[])[i] as Json));
    }
    return rows;
  }),

  defineFunction("exists", "x", (args) => args[0] !== undefined),
];

/** Each value once, by equality, in the order of its first place. */
function distinct(value: Value, run: Run): Value {
  if (!isItems(value) || value.length <= 1) return value;
  const found: Items = isSequence(value) ? newSequence() : [];
  // Values of one kind meet in one set: scalars as they are, arrays and objects by their canonical text.
  const scalars = new ValueSet<Json | undefined>();
  const texts = new ValueSet<string>();
  for (let i = 0; i < value.length; i += 1) {
    const item = value[i] as Json;
    spend(run, 1);
    if (typeof item === "object" && item !== null) {
      const text = metered(item, run);
      if (texts.has(text)) continue;
      texts.add(text);
    } else {
      if (scalars.has(item)) continue;
      // What is not equal to itself is never a repetition.
      if (isEqual(item, item, run)) scalars.add(item);
    }
    found.push(item);
  }
  return found;
}
