import type { Node } from "../../expression/node.ts";
import type { Syntax } from "./syntax.ts";

/** Whether a step is a name and nothing else. */
export function isPlainName(step: Syntax): boolean {
  return (
    step.type === "name" &&
    step.stages === undefined &&
    step.predicate === undefined &&
    step.group === undefined &&
    step.keepArray !== true &&
    step.focus === undefined &&
    step.index === undefined
  );
}

/** Whether a condition stands there, with nothing behind it. */
export function isPlainCondition(syntax: Syntax): boolean {
  return (
    syntax.type === "condition" &&
    syntax.predicate === undefined &&
    syntax.group === undefined &&
    syntax.keepArray !== true
  );
}

/** Whether a condition tests the very value that it gives. */
export function isDefault(when: Node, then: Node): boolean {
  return isSame(when, then) || isExists(when, then);
}

/** Whether a condition tests that its value is something. */
export function isExists(when: Node, then: Node): boolean {
  return when.op === "call" && when.name === "exists" && when.filters === undefined && isSame(when.args[0], then);
}

function isSame(a: Node | undefined, b: Node): boolean {
  return a !== undefined && a.op === b.op && JSON.stringify(a) === JSON.stringify(b);
}

/** Whether the parser has marked a call at the end of a function's body. */
export function endsInTailCall(syntax: Syntax): boolean {
  if (syntax.type === "lambda") return syntax.thunk === true;
  if (syntax.type === "condition") {
    return [syntax.then, syntax.else].some((branch) => branch !== undefined && endsInTailCall(branch));
  }
  const last = syntax.type === "block" ? syntax.expressions?.[syntax.expressions.length - 1] : undefined;
  return last !== undefined && endsInTailCall(last);
}

/** The name that is called without a `$`. */
export function bareName(procedure: Syntax): string | undefined {
  const [only, ...others] = procedure.steps ?? [];
  return procedure.type === "path" && only !== undefined && others.length === 0 && isPlainName(only)
    ? (only.value as string)
    : undefined;
}
