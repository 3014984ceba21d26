import { deeper, isConstructed, isItems, isSequence, newSequence, normalised, ownMember, sequenceOf } from "./value.ts";
import { spend } from "./run.ts";
import type { Node, Step } from "./node.ts";
import type { Frame } from "./frame.ts";
import type { Items, Value } from "./value.ts";
import type { Run } from "./run.ts";
import type { Json } from "../values/json.ts";

const hasOwn = Object.hasOwn;

/** The value of a path of names: member by member as long as there is one object, then over all items. */
export function namesFrom(names: readonly string[], input: Value, run: Run): Value {
  let current = input;
  const last = names.length - 1;
  for (let i = 0; i <= last; i += 1) {
    if (typeof current !== "object" || current === null) return undefined;
    if (isItems(current))
      return namesOver(names, i, i > 0 && isConstructed(current) ? sequenceOf(current) : current, run);
    if (i > 0) spend(run, 1);
    current = normalised(memberOf(current, names[i] as string, run), false);
  }
  return isItems(current) && isSequence(current) ? copied(current, run) : current;
}

function namesOver(names: readonly string[], from: number, input: Items, run: Run): Value {
  // A step over no items gives an empty sequence, not the empty array that it began with.
  let items = input.length > 0 ? input : newSequence();
  const last = names.length - 1;
  for (let i = from; i <= last && items.length > 0; i += 1)
    items = nameOver(names[i] as string, items, i === last, run);
  return items;
}

/** One step by name over all items: what is found, flattened by one level. */
function nameOver(name: string, items: Items, isLast: boolean, run: Run): Items {
  const found = newSequence();
  let count = 0;
  let only: Value;
  for (let i = 0; i < items.length; i += 1) {
    spend(run, 1);
    const value = normalised(member(items[i], name, run, 0), false);
    if (value === undefined) continue;
    count += 1;
    only = value;
    add(found, value, run);
  }
  return isLast && count === 1 && isItems(only) && !isSequence(only) ? only : found;
}

/** A step over all items: what `evaluateStep` gives for each, flattened by one level. */
export function stepOver(
  step: Exclude<Step, { op: "sort" }>,
  items: Items,
  isLast: boolean,
  frame: Frame,
  run: Run,
  evaluateStep: (step: Node & Step, item: Value, frame: Frame, run: Run) => Value,
): Items {
  if (
    step.op === "name" &&
    step.stages === undefined &&
    step.filters === undefined &&
    step.group === undefined &&
    step.keep !== true
  ) {
    return nameOver(step.name, items, isLast, run);
  }
  const found = newSequence();
  let count = 0;
  let only: Value;
  for (let i = 0; i < items.length; i += 1) {
    const value = evaluateStep(step, items[i], frame, run);
    if (value === undefined) continue;
    count += 1;
    only = value;
    add(found, value, run);
  }
  return isLast && count === 1 && isItems(only) && !isSequence(only) ? only : found;
}

function add(found: Items, value: Json, run: Run): void {
  if (!isItems(value) || isConstructed(value)) {
    found.push(value);
    return;
  }
  spend(run, value.length >> 2);
  for (let i = 0; i < value.length; i += 1) found.push(value[i] as Json);
}

function copied(items: Items, run: Run): Items {
  const copy = newSequence();
  spend(run, items.length >> 2);
  for (let i = 0; i < items.length; i += 1) copy.push(items[i] as Json);
  return copy;
}

/** What a name means in a context: a member, or of an array the members of its elements, flattened. */
export function member(context: Value, name: string, run: Run, depth: number): Value {
  if (typeof context !== "object" || context === null) return undefined;
  if (!isItems(context)) return memberOf(context, name, run);
  const below = deeper(depth);
  const found = newSequence();
  for (let i = 0; i < context.length; i += 1) {
    spend(run, 1);
    const value = member(context[i], name, run, below);
    if (value === undefined) continue;
    if (isItems(value)) for (let j = 0; j < value.length; j += 1) found.push(value[j] as Json);
    else found.push(value);
  }
  return found;
}

/** A member by own key; of the scope also a variable of the workflow, and `now`. */
function memberOf(object: object, name: string, run: Run): Value {
  const value = ownMember(object, name);
  if (value !== undefined || object !== run.scope) return value;
  if (hasOwn(object, "vars")) {
    const vars = (object as { vars: Json | undefined }).vars;
    if (typeof vars === "object" && vars !== null && !isItems(vars) && hasOwn(vars, name)) return vars[name];
  }
  return name === "now" ? run.now : undefined;
}
