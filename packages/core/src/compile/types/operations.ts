import { shown } from "../../definition/value.ts";
import type { Call, Node } from "../../expression/node.ts";
import type { BuiltIn, Param } from "../../expression/signature.ts";
import type { Alternative, Kind, Type, Verdict } from "./type.ts";
import { isAnything, isChecked, itemOf, kindsOf, verdictOn } from "./type.ts";

/** Something that can be told of an expression before it runs. */
export interface Finding {
  /** `absent`: a member that is never there; `type`: an operation that fails; `never`: a comparison with one result. */
  readonly kind: "absent" | "type" | "never";
  /** It is so for every value that can stand there. */
  readonly isSure: boolean;
  readonly message: string;
  readonly remedy?: string;
  /** Index into the source, from 0. */
  readonly at?: number;
  /** The path that was read. */
  readonly path?: readonly string[];
  /** Whether the path begins in the scope, and not in an item of another one. */
  readonly isOfScope?: boolean;
}

/** Whether an operand is of a kind that the operator takes. */
export function checkOperand(
  operator: string,
  type: Type,
  node: Node | undefined,
  allowed: readonly Kind[],
  at: number,
): Finding | undefined {
  const verdict = verdictOn(type, allowed);
  if (verdict === "fine") return undefined;
  const isText = operator === "+" && type.every(({ kind }) => kind === "text");
  return typed(verdict, type, at, {
    message: `"${operator}" takes numbers, and ${named(node)} ${is(verdict)} ${kindsOf(type)}.`,
    ...(isText ? { remedy: "Join texts with &, or make a number of one with $number(..)." } : {}),
  });
}

/** `<` and its like: numbers with numbers, texts with texts. */
export function checkOrder(
  operator: string,
  left: Type,
  leftNode: Node | undefined,
  right: Type,
  rightNode: Node,
  at: number,
): Finding | undefined {
  for (const [type, node] of [
    [left, leftNode],
    [right, rightNode],
  ] as const) {
    const verdict = verdictOn(type, ["number", "text"]);
    if (verdict !== "fine")
      return typed(verdict, type, at, {
        message: `"${operator}" compares numbers or texts, and ${named(node)} ${is(verdict)} ${kindsOf(type)}.`,
      });
  }
  if (left.length === 0 || right.length === 0 || isAnything(left) || isAnything(right)) return undefined;
  const pairs = left.flatMap((one) => right.map((other) => [one, other] as const));
  const isGood = ([one, other]: readonly [Alternative, Alternative]): boolean =>
    one.kind === other.kind && (one.kind === "number" || one.kind === "text");
  if (pairs.every(isGood)) return undefined;
  const never = !pairs.some(isGood);
  const isOpen = [...left, ...right].some((one) => one.loose === true || one.kind === "null");
  if (!never && isOpen) return undefined;
  return typed(never ? "always wrong" : "sometimes wrong", [...left, ...right], at, {
    message: `"${operator}" compares two numbers or two texts, and here ${named(leftNode)} is ${kindsOf(left)} and ${named(rightNode)} ${kindsOf(right)}.`,
    remedy: "Make both of one kind, for example with $number(..) or $string(..).",
  });
}

/** `=` and `!=` between kinds that are never equal. Comparing with null asks whether a value is there, which is fine. */
export function checkSameness(
  operator: string,
  left: Type,
  leftNode: Node | undefined,
  right: Type,
  rightNode: Node,
  at: number,
): Finding | undefined {
  const scalars: readonly Kind[] = ["text", "number", "boolean"];
  const all = [...left, ...right];
  if (
    left.length === 0 ||
    right.length === 0 ||
    all.some(({ kind, loose }) => loose === true || !scalars.includes(kind))
  )
    return undefined;
  if (left.some((one) => right.some((other) => other.kind === one.kind))) return undefined;
  return {
    kind: "never",
    isSure: isChecked(all),
    at,
    message: `"${operator}" never ${operator === "=" ? "holds" : "fails"} here: ${named(leftNode)} is ${kindsOf(left)} and ${named(rightNode)} ${kindsOf(right)}.`,
  };
}

const kindByLetter: { readonly [letter: string]: Kind } = {
  s: "text",
  n: "number",
  b: "boolean",
  l: "null",
  a: "list",
  o: "object",
};

/** Whether the arguments are of kinds that the function takes, as far as each stands in the place of its parameter. */
export function checkArguments(target: BuiltIn, types: readonly Type[], node: Call): Finding | undefined {
  const { params, name } = target;
  if (params.some(({ many }) => many) || types.length > params.length) return undefined;
  for (const [i, type] of types.entries()) {
    const param = params[i] as Param;
    const finding =
      checkArgument(name, i, type, kindsOfParam(param), node) ??
      (param.elements === undefined ? undefined : checkElements(name, i, type, param.elements, node));
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function kindsOfParam({ kinds }: Param): Kind[] {
  return [...kinds].flatMap((letter) => kindByLetter[letter] ?? []);
}

function checkArgument(name: string, i: number, type: Type, allowed: readonly Kind[], node: Call): Finding | undefined {
  const verdict = verdictOn(type, allowed);
  if (verdict === "fine") return undefined;
  const takes = allowed.map((kind) => kindsOf([{ kind }])).join(" or ");
  return typed(verdict, type, node.at, {
    message: `$${name} takes ${takes} as its ${ordinal(i)} argument, and ${named(node.args[i])} ${is(verdict)} ${kindsOf(type)}.`,
    ...remedyFor(name, type),
  });
}

function remedyFor(name: string, type: Type): { readonly remedy?: string } {
  if (name === "contains" && type.every(({ kind }) => kind === "list"))
    return { remedy: "Whether a list has an element is asked with in: element in list." };
  if (type.every(({ kind }) => kind === "list") && name === "length")
    return { remedy: "Elements of a list are counted with $count(..)." };
  return {};
}

function checkElements(name: string, i: number, type: Type, letter: string, node: Call): Finding | undefined {
  const wanted = kindByLetter[letter] ?? "any";
  const elements = itemOf(type);
  const verdict = verdictOn(elements, [wanted]);
  if (verdict === "fine") return undefined;
  const plural = wanted === "number" ? "numbers" : wanted === "text" ? "texts" : "objects";
  return typed(verdict, elements, node.at, {
    message: `$${name} takes a list of ${plural}, and an element of ${named(node.args[i])} ${is(verdict)} ${kindsOf(elements)}.`,
  });
}

function typed(
  verdict: Exclude<Verdict, "fine">,
  type: Type,
  at: number,
  said: { readonly message: string; readonly remedy?: string },
): Finding {
  return { kind: "type", isSure: verdict === "always wrong" && isChecked(type), at, ...said };
}

function is(verdict: Verdict): string {
  return verdict === "always wrong" ? "is" : "may be";
}

function ordinal(i: number): string {
  return ["first", "second", "third", "fourth"][i] ?? `${i + 1}th`;
}

/** What a reader calls the value of a node. */
function named(node: Node | undefined): string {
  if (node?.filters !== undefined || node?.group !== undefined) return "this value";
  switch (node?.op) {
    case "name":
      return shown(node.name);
    case "path":
      return shown(node.names.join("."));
    case "steps":
      return node.steps.every((step) => step.op === "name")
        ? shown(node.steps.map((step) => (step as { readonly name: string }).name).join("."))
        : "this value";
    case "literal":
      return shown(JSON.stringify(node.value));
    case "variable":
      return `$${shown(node.name)}`;
    case "call":
      return `the result of $${node.name}`;
    default:
      return "its operand";
  }
}
