import { isEqual, isMember, isNumeric, isOrdered, isTrue } from "./compare.ts";
import { joined } from "./text.ts";
import { spend, typeFault } from "./run.ts";
import type { BinaryOperator, Node } from "./node.ts";
import type { Frame } from "./frame.ts";
import type { Items, Value } from "./value.ts";
import type { Run } from "./run.ts";

const isInteger = Number.isInteger;

/** How the parts of an operation are evaluated; handed in, so that this file needs not know the evaluator. */
export type Evaluate = (node: Node, input: Value, frame: Frame, run: Run) => Value;

/** A binary operation whose left side is known. `and` and `or` leave out the right side when the left decides. */
export function combined(
  operator: BinaryOperator,
  left: Value,
  rightNode: Node,
  at: number,
  input: Value,
  frame: Frame,
  run: Run,
  evaluate: Evaluate,
): Value {
  if (operator === "and") return isTrue(left, run) && isTrue(evaluate(rightNode, input, frame, run), run);
  if (operator === "or") return isTrue(left, run) || isTrue(evaluate(rightNode, input, frame, run), run);
  const right = evaluate(rightNode, input, frame, run);
  switch (operator) {
    case "=":
      return left !== undefined && right !== undefined && isEqual(left, right, run);
    case "!=":
      return left !== undefined && right !== undefined && !isEqual(left, right, run);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return isOrdered(left, operator, right, run, at);
    case "&":
      return joined(left, right, run);
    case "in":
      return isMember(left, right, run);
    default:
      return calculated(operator, left, right, at);
  }
}

function calculated(operator: "+" | "-" | "*" | "/" | "%", left: Value, right: Value, at: number): Value {
  if (left !== undefined && !isNumeric(left))
    throw typeFault("T2001", `The left side of ${operator} must be a number`, at);
  if (right !== undefined && !isNumeric(right))
    throw typeFault("T2002", `The right side of ${operator} must be a number`, at);
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return left % right;
  }
}

export function negated(value: Value, at: number): Value {
  if (value === undefined) return undefined;
  if (!isNumeric(value)) throw typeFault("D1002", "Only a number can be negated", at);
  return -value;
}

/** `[from..to]` */
export function range(from: Value, to: Value, at: number, run: Run): Value {
  if (from !== undefined && !isInteger(from)) throw typeFault("T2003", "The left side of .. must be an integer", at);
  if (to !== undefined && !isInteger(to)) throw typeFault("T2004", "The right side of .. must be an integer", at);
  if (from === undefined || to === undefined) return undefined;
  const first = from as number;
  const last = to as number;
  if (first > last) return undefined;
  // Before anything is made, so that a range of a million million ends at once.
  spend(run, last - first + 1);
  const items: Items = [];
  for (let item = first, left = last - first + 1; left > 0; item += 1, left -= 1) items.push(item);
  items.sequence = true;
  return items;
}
