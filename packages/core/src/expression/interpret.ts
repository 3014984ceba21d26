import { builtIn } from "./functions/table.ts";
import { bindArguments } from "./signature.ts";
import { combined, negated, range } from "./operators.ts";
import { filtered, grouped, ordered } from "./refine.ts";
import { bind, lookUp, newFrame } from "./frame.ts";
import { isTrue } from "./compare.ts";
import { member, namesFrom, stepOver } from "./path.ts";
import {
  appendTo,
  deeper,
  isConstructed,
  isItems,
  isSequence,
  membersOf,
  newSequence,
  normalised,
  sequenceOf,
} from "./value.ts";
import { Fault, spend } from "./run.ts";
import type { Call, Lambda, Node, Operation, Step } from "./node.ts";
import type { Argument } from "./signature.ts";
import type { Closure, Items, Value } from "./value.ts";
import type { Frame } from "./frame.ts";
import type { Run } from "./run.ts";
import type { Json } from "../values/json.ts";

/*
 * The evaluator: one recursive function over the compiled form. Its results, marks of sequences included, are those of
 * jsonata 2.2.2; where a rule looks odd, it is JSONata's.
 */

/** The value of `node` in the context `input`. */
export function evaluate(node: Node, input: Value, frame: Frame, run: Run): Value {
  spend(run, 1);
  let value = operate(node, input, frame, run);
  if (run.raw) return value;
  if (node.filters !== undefined) {
    for (const filter of node.filters) value = filtered(filter, value, frame, run, evaluate);
  }
  if (node.group !== undefined) value = grouped(node.group.pairs, node.group.at, value, frame, run, evaluate);
  return normalised(value, node.keep === true);
}

function operate(node: Operation, input: Value, frame: Frame, run: Run): Value {
  switch (node.op) {
    case "path":
      return namesFrom(node.names, input, run);
    case "literal":
      return node.value;
    case "binary":
      return combined(
        node.operator,
        evaluate(node.left, input, frame, run),
        node.right,
        node.at,
        input,
        frame,
        run,
        evaluate,
      );
    case "variable":
      return lookUp(frame, node.name);
    case "call":
      return call(node, input, frame, run);
    case "name":
      return member(input, node.name, run, 0);
    case "steps":
      return evaluateSteps(node.steps, node.keepSingleton === true, input, frame, run);
    case "object":
      return grouped(node.pairs, node.at, input, frame, run, evaluate);
    case "array":
      return evaluateArray(node.items, node.constructs === true, input, frame, run);
    case "condition":
      return evaluateCondition(node, input, frame, run);
    case "chain": {
      let value = evaluate(node.first, input, frame, run);
      for (const link of node.rest) {
        spend(run, 1);
        value = combined(link.operator, value, link.right, link.at, input, frame, run, evaluate);
      }
      return value;
    }
    case "context":
      return input;
    case "root":
      return run.scope as Json;
    case "elvis": {
      const value = evaluate(node.operand, input, frame, run);
      return isTrue(value, run) ? value : evaluate(node.otherwise, input, frame, run);
    }
    case "coalesce": {
      const value = evaluate(node.operand, input, frame, run);
      return value !== undefined ? value : evaluate(node.otherwise, input, frame, run);
    }
    case "block":
      return evaluateBlock(node.body, input, newFrame(frame), run);
    case "bind": {
      const value = evaluate(node.value, input, frame, run);
      bind(frame, node.name, value);
      return value;
    }
    case "negate":
      return negated(evaluate(node.operand, input, frame, run), node.at);
    case "range":
      return range(evaluate(node.from, input, frame, run), evaluate(node.to, input, frame, run), node.at, run);
    case "apply":
      return closureOf(node.lambda as Lambda, input, frame, run, null).call([
        evaluate(node.operand, input, frame, run),
      ]);
    case "wildcard":
      return wildcard(input, run);
    case "descendants":
      return descendants(input, run);
    case "lambda":
      throw new Fault("EXPR_FORM_UNKNOWN", "A function stands where a value is expected.");
    default:
      throw new Fault(
        "EXPR_FORM_UNKNOWN",
        `The compiled expression has an unknown operation ${(node as { op: string }).op}.`,
      );
  }
}

function evaluateCondition(node: Extract<Operation, { op: "condition" }>, input: Value, frame: Frame, run: Run): Value {
  let nested = 0;
  let branch = node.otherwise;
  for (const [when, then] of node.cases) {
    if (isTrue(evaluate(when, input, frame, run), run)) {
      branch = then;
      break;
    }
    nested += 1;
  }
  if (branch === undefined) return undefined;
  let value = evaluate(branch, input, frame, run);
  // Each further case stands for a condition nested in the one before, whose result was normalised on its way out.
  if (nested === node.cases.length) nested -= 1;
  for (; nested > 0 && !run.raw; nested -= 1) value = normalised(value, false);
  return value;
}

function evaluateBlock(body: readonly Node[], input: Value, frame: Frame, run: Run): Value {
  let value: Value;
  for (const part of body) value = evaluate(part, input, frame, run);
  return value;
}

function evaluateArray(items: readonly Node[], constructs: boolean, input: Value, frame: Frame, run: Run): Value {
  const array: Items = [];
  for (const item of items) {
    const value = evaluate(item, input, frame, run);
    if (value === undefined) continue;
    if (item.op === "array") array.push(value);
    else appendTo(run, array, value);
  }
  if (constructs) array.constructs = true;
  return array;
}

function evaluateSteps(steps: readonly Step[], keepSingleton: boolean, input: Value, frame: Frame, run: Run): Value {
  const first = steps[0] as Step;
  const isAbsolute = first.op === "variable" || first.op === "context" || first.op === "root";
  let items: Items = isItems(input) && !isAbsolute ? input : sequenceOf(input);
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i] as Step;
    if (step.op === "sort") {
      const inOrder = ordered(step, items, frame, run, evaluate);
      items = staged(step, inOrder, frame, run) as Items;
    } else if (i === 0 && (step.op === "array" || step.op === "block") && step.constructs === true) {
      const made = evaluate(step, items, frame, run);
      if (made === undefined) return undefined;
      if (isItems(made)) items = made;
      else if (steps.length === 1 || made === "") return made;
      else if (typeof made === "string") items = unitsOf(made, run);
      else return undefined;
    } else {
      items = stepOver(step, items, i === steps.length - 1, frame, run, evaluateStep);
    }
    if (items.length === 0) break;
  }
  if (keepSingleton) {
    if (isConstructed(items) && !isSequence(items)) items = sequenceOf(items);
    if (isSequence(items)) items.keepSingleton = true;
  }
  return items;
}

/** JSONata walks over whatever has a length: of a text that stands where an array is constructed, over its UTF-16 units. */
function unitsOf(text: string, run: Run): Items {
  spend(run, text.length >> 2);
  const units = newSequence();
  for (let i = 0; i < text.length; i += 1) units.push(text.charAt(i));
  return units;
}

/** A step's value for one item, its predicates applied. */
function evaluateStep(step: Node & Step, item: Value, frame: Frame, run: Run): Value {
  return staged(step, evaluate(step, item, frame, run), frame, run);
}

function staged(step: Step, value: Value, frame: Frame, run: Run): Value {
  if (step.stages === undefined) return value;
  for (const stage of step.stages) value = filtered(stage, value, frame, run, evaluate);
  return value;
}

/**
 * A call of a built-in function. A tail call, the last thing that a function's body does, is what JSONata's tail-call
 * optimisation makes of it: its result is not normalised on its way out of the body (`run.raw` says so), and its
 * context is not the body's.
 */
function call(node: Call, input: Value, frame: Frame, run: Run): Value {
  const isTail = node.tail === true;
  const args: Argument[] = [];
  for (const arg of node.args) {
    if (arg.op === "lambda") args.push(closureOf(arg, input, frame, run, isTail ? input : null));
    else args.push(evaluate(arg, input, frame, run));
  }
  try {
    const target = builtIn(node.name);
    const context = isTail ? frame.tailContext : node.context === "none" ? null : input;
    const value = target.apply(bindArguments(target, args, context), run);
    run.raw = isTail;
    return value;
  } catch (error) {
    if (error instanceof Fault && error.position === undefined) error.position = node.at;
    throw error;
  }
}

function closureOf(lambda: Lambda, input: Value, frame: Frame, run: Run, tailContext: Value): Closure {
  return {
    arity: lambda.params.length,
    call(args) {
      const values: Value[] = [];
      for (let i = 0; i < lambda.params.length; i += 1) values.push(args[i]);
      const inner: Frame = { names: lambda.params, values, parent: frame, tailContext };
      const value = evaluate(lambda.body, input, inner, run);
      run.raw = false;
      return value;
    },
  };
}

/** `*`: the values of the members, arrays among them flattened. */
function wildcard(input: Value, run: Run): Value {
  let found: Items = newSequence();
  if (typeof input !== "object" || input === null) return found;
  // An array's members are its elements.
  for (const value of isItems(input) ? input : membersOf(input, run)) {
    spend(run, 1);
    if (isItems(value)) {
      // Adding an array gives an array that is no sequence any more.
      if (isSequence(found)) found = found.slice();
      flatten(value, found, run, 0);
    } else {
      found.push(value);
    }
  }
  return found;
}

function flatten(items: Items, into: Items, run: Run, depth: number): void {
  spend(run, 1 + items.length);
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i] as Json;
    if (isItems(item)) flatten(item, into, run, deeper(depth));
    else into.push(item);
  }
}

/** `**`: the value itself and everything below it, arrays themselves excepted. */
function descendants(input: Value, run: Run): Value {
  if (input === undefined) return undefined;
  const found = newSequence();
  descend(input, found, run, 0);
  return found.length === 1 ? found[0] : found;
}

function descend(value: Json, found: Items, run: Run, depth: number): void {
  spend(run, 1);
  if (!isItems(value)) found.push(value);
  if (typeof value !== "object" || value === null) return;
  const below = deeper(depth);
  if (isItems(value)) for (let i = 0; i < value.length; i += 1) descend(value[i] as Json, found, run, below);
  else for (const member of membersOf(value, run)) descend(member, found, run, below);
}
