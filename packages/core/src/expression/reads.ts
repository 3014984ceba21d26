import type { Node, Step } from "./node.ts";

/** A path from the scope that an expression reads: `["vars", "a", "b"]`, or `["a"]` for a bare name. */
export interface Read {
  readonly names: readonly string[];
  /** The expression itself says what counts when it is not there: `$exists(..)`, `??`, `?:`, `$coalesce(..)`. */
  readonly guarded: boolean;
}

/**
 * The paths that an expression reads from its scope, as far as its text shows them. Inside predicates, sorting and the
 * later steps of a path a name means a member of the item, so nothing is said of those.
 */
export function readsOf(form: Node): Read[] {
  const reads: Read[] = [];
  visit(form, false, reads);
  return reads;
}

const guardingFunctions: ReadonlySet<string> = new Set(["exists", "coalesce"]);

function visit(node: Node, guarded: boolean, reads: Read[]): void {
  switch (node.op) {
    case "name":
      reads.push({ names: [node.name], guarded });
      return;
    case "path":
      reads.push({ names: node.names, guarded });
      return;
    case "steps":
      visitSteps(node.steps, guarded, reads);
      return;
    case "binary":
      visit(node.left, guarded, reads);
      if (node.operator === "and") visitAfter(node.right, existsQuestions(node.left), guarded, reads);
      else visit(node.right, guarded, reads);
      return;
    case "chain":
      visit(node.first, guarded, reads);
      for (const link of node.rest) visit(link.right, guarded, reads);
      return;
    case "negate":
      visit(node.operand, guarded, reads);
      return;
    case "range":
      visit(node.from, guarded, reads);
      visit(node.to, guarded, reads);
      return;
    case "condition":
      visitCondition(node.cases, node.otherwise, guarded, reads);
      return;
    case "elvis":
    case "coalesce":
      visit(node.operand, true, reads);
      visit(node.otherwise, guarded, reads);
      return;
    case "array":
      for (const item of node.items) visit(item, guarded, reads);
      return;
    case "object":
      for (const [key, value] of node.pairs) {
        visit(key, guarded, reads);
        visit(value, guarded, reads);
      }
      return;
    case "block":
      for (const part of node.body) visit(part, guarded, reads);
      return;
    case "bind":
      visit(node.value, guarded, reads);
      return;
    case "call":
      for (const arg of node.args) visit(arg, guarded || guardingFunctions.has(node.name), reads);
      return;
    case "lambda":
      visit(node.body, guarded, reads);
      return;
    case "apply":
      visit(node.operand, guarded, reads);
      visit(node.lambda, guarded, reads);
      return;
    case "literal":
    case "variable":
    case "context":
    case "root":
    case "wildcard":
    case "descendants":
      return;
  }
}

/** A part that is evaluated only where the paths that were asked for are there. */
function visitAfter(node: Node, asked: readonly (readonly string[])[], guarded: boolean, reads: Read[]): void {
  const inner: Read[] = [];
  visit(node, guarded, inner);
  const there = asked.map(variableIn);
  for (const read of inner) reads.push(there.includes(variableIn(read.names)) ? { ...read, guarded: true } : read);
}

/** The variable that a path leads into, under either of its names: where anything in it is there, it is. */
function variableIn(names: readonly string[]): string | undefined {
  return names[0] === "vars" ? names[1] : names[0];
}

/** `$exists(x) ? x : 0`: where a condition asks whether something is there, the branches know. */
function visitCondition(
  cases: readonly (readonly [Node, Node])[],
  otherwise: Node | undefined,
  guarded: boolean,
  reads: Read[],
): void {
  for (const [when, then] of cases) {
    visit(when, guarded, reads);
    visitAfter(then, existsQuestions(when), guarded, reads);
  }
  if (otherwise !== undefined) visit(otherwise, guarded, reads);
}

function existsQuestions(node: Node): (readonly string[])[] {
  if (node.op === "binary" && node.operator === "and")
    return [...existsQuestions(node.left), ...existsQuestions(node.right)];
  if (node.op !== "call" || node.name !== "exists") return [];
  return node.args.flatMap((arg) => (arg.op === "path" ? [arg.names] : arg.op === "name" ? [[arg.name]] : []));
}

/** The names at the beginning of a path; of the rest only its first step's own parts are seen from the scope. */
function visitSteps(steps: readonly Step[], guarded: boolean, reads: Read[]): void {
  const names: string[] = [];
  for (const step of steps) {
    if (step.op !== "name") break;
    names.push(step.name);
    if (step.filters !== undefined || step.group !== undefined || step.stages !== undefined) break;
  }
  if (names.length > 0) reads.push({ names, guarded });
  const first = steps[0];
  if (names.length === 0 && first !== undefined && first.op !== "sort") visit(first, guarded, reads);
}
