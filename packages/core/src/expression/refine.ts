import { isNumeric, isTrue } from "./compare.ts";
import { appendTo, appended, isItems, newSequence, putMember, sequenceOf } from "./value.ts";
import { sorted } from "./sort.ts";
import { spend, typeFault, valueFault } from "./run.ts";
import type { Evaluate } from "./operators.ts";
import type { Node, Pair, Sort } from "./node.ts";
import type { Frame } from "./frame.ts";
import type { Items, Value } from "./value.ts";
import type { Run } from "./run.ts";
import type { Json } from "../values/json.ts";

const floor = Math.floor;
const EntryMap = Map;

/** Objects with more pairs than this are built like groups, since comparing each key with each would be quadratic. */
const fewPairs = 16;

/** A predicate: a number selects by position, numbers by positions, anything else by its truth. */
export function filtered(predicate: Node, value: Value, frame: Frame, run: Run, evaluate: Evaluate): Items {
  const items: Items = isItems(value) ? value : sequenceOf(value);
  const found = newSequence();
  if (predicate.op === "literal" && typeof predicate.value === "number") {
    let index = floor(predicate.value);
    if (index < 0) index += items.length;
    const item = items[index];
    if (item === undefined) return found;
    if (isItems(item)) return item;
    found.push(item);
    return found;
  }
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i] as Json;
    const selection = evaluate(predicate, item, frame, run);
    if (isNumeric(selection)) {
      if (selects(selection, i, items.length)) found.push(item);
    } else if (isItems(selection) && areNumbers(selection, run)) {
      for (let j = 0; j < selection.length; j += 1)
        if (selects(selection[j] as number, i, items.length)) found.push(item);
    } else if (isTrue(selection, run)) {
      found.push(item);
    }
  }
  return found;
}

function selects(position: number, index: number, length: number): boolean {
  const at = floor(position);
  return (at < 0 ? at + length : at) === index;
}

function areNumbers(items: Items, run: Run): boolean {
  spend(run, items.length);
  let all = true;
  for (let i = 0; i < items.length; i += 1) if (!isNumeric(items[i])) all = false;
  return all;
}

interface Entry {
  data: Value;
  pair: number;
  /** Whether `data` is an array that was made here. */
  own: boolean;
}

/** Grouping and the object constructor: items with the same key come together, then each key's value is evaluated. */
export function grouped(
  pairs: readonly Pair[],
  at: number,
  input: Value,
  frame: Frame,
  run: Run,
  evaluate: Evaluate,
): Value {
  if (!isItems(input) && pairs.length <= fewPairs) return constructed(pairs, at, input, frame, run, evaluate);
  const items: readonly Value[] = !isItems(input) ? [input] : input.length === 0 ? [undefined] : input;
  const entries = new EntryMap<string, Entry>();
  for (const item of items) {
    for (let p = 0; p < pairs.length; p += 1) {
      const pair = pairs[p] as Pair;
      const key = evaluate(pair[0], item, frame, run);
      if (key === undefined) continue;
      if (typeof key !== "string") throw typeFault("T1003", "The key of an object must be a text", at);
      const entry = entries.get(key);
      if (entry === undefined) {
        entries.set(key, { data: item, pair: p, own: false });
      } else if (entry.pair !== p) {
        throw valueFault("D1009", `Several keys of the object are ${key}`, at);
      } else {
        addTo(entry, item, run);
      }
    }
  }
  const object: Record<string, Json> = {};
  for (const [key, entry] of entries) {
    const value = evaluate((pairs[entry.pair] as Pair)[1], entry.data, frame, run);
    if (value !== undefined) putMember(object, key, value, at);
  }
  return object;
}

/** An object of one item: no groups to collect. */
function constructed(
  pairs: readonly Pair[],
  at: number,
  input: Value,
  frame: Frame,
  run: Run,
  evaluate: Evaluate,
): Value {
  const keys: Value[] = [];
  for (let p = 0; p < pairs.length; p += 1) {
    const key = evaluate((pairs[p] as Pair)[0], input, frame, run);
    if (key !== undefined && typeof key !== "string")
      throw typeFault("T1003", "The key of an object must be a text", at);
    if (key !== undefined && keys.includes(key)) throw valueFault("D1009", `Several keys of the object are ${key}`, at);
    keys.push(key);
  }
  const object: Record<string, Json> = {};
  for (let p = 0; p < pairs.length; p += 1) {
    const key = keys[p];
    if (key === undefined) continue;
    const value = evaluate((pairs[p] as Pair)[1], input, frame, run);
    if (value !== undefined) putMember(object, key as string, value, at);
  }
  return object;
}

function addTo(entry: Entry, item: Value, run: Run): void {
  if (entry.own) {
    appendTo(run, entry.data as Json[], item);
    return;
  }
  entry.own = entry.data !== undefined && item !== undefined;
  entry.data = appended(run, entry.data, item);
}

const unread: unique symbol = Symbol("unread");

/** Order-by: stable, by each term in turn; items without a value come last. */
export function ordered(sort: Sort, items: Items, frame: Frame, run: Run, evaluate: Evaluate): Items {
  if (items.length <= 1) return items;
  const { terms, at } = sort;
  // Each term is evaluated once per item and only when a comparison needs it.
  const keys: (Value | typeof unread)[] = [];
  for (let i = 0; i < items.length * terms.length; i += 1) keys.push(unread);
  const keyOf = (index: number, t: number): Value => {
    const place = index * terms.length + t;
    let key = keys[place];
    if (key === unread) {
      key = evaluate((terms[t] as Sort["terms"][number]).by, items[index], frame, run);
      keys[place] = key;
    }
    return key as Value;
  };
  const goesAfter = (left: Json, right: Json): boolean => {
    spend(run, 1);
    for (let t = 0; t < terms.length; t += 1) {
      const a = keyOf(left as number, t);
      const b = keyOf(right as number, t);
      if (a === undefined) {
        if (b === undefined) continue;
        return true;
      }
      if (b === undefined) return false;
      if (!isSortable(a) || !isSortable(b))
        throw typeFault("T2008", "A term of order-by must give numbers or texts", at);
      if (typeof a !== typeof b) throw typeFault("T2007", "A term of order-by must give values of one type", at);
      if (typeof a === "string") spend(run, a.length >> 6);
      if (a === b) continue;
      const isLess = a < b;
      return terms[t]?.descending === true ? isLess : !isLess;
    }
    return false;
  };
  const indices: number[] = [];
  for (let i = 0; i < items.length; i += 1) indices.push(i);
  const result: Items = [];
  for (const index of sorted(indices, goesAfter)) result.push(items[index as number] as Json);
  return result;
}

function isSortable(value: Value): value is number | string {
  return typeof value === "string" || typeof value === "number";
}
