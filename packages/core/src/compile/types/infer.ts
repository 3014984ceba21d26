import { findBuiltIn } from "../../expression/functions/table.ts";
import type { Call, Lambda, Node, Step } from "../../expression/node.ts";
import { didYouMean } from "../../values/nearest.ts";
import { shown } from "../../definition/value.ts";
import { resultOf } from "./function-types.ts";
import { checkArguments, checkOperand, checkOrder, checkSameness } from "./operations.ts";
import type { Finding } from "./operations.ts";
import type { Type } from "./type.ts";
import {
  anything,
  boolean,
  isAnything,
  isChecked,
  itemOf,
  kindsOf,
  listOf,
  mayBeList,
  memberOf,
  nothing,
  nullType,
  number,
  sequenceOf,
  text,
  typeOfJson,
  union,
} from "./type.ts";

/** What a name means where an expression stands: a local, a scope, a variable. */
export interface NameTypes {
  typeOf(name: string): Type;
  /** Whether it means something there; inside of a path or predicate it is a member of the item and nothing else. */
  has(name: string): boolean;
}

/**
 * What is known of the value of an expression. What can be told to be wrong is handed to `report`: operations on kinds of values
 * that they do not take, and members that an object cannot have. It errs on the side of silence.
 */
export function inferType(form: Node, names: NameTypes, report: (finding: Finding) => void): Type {
  return new Inference(names, report).type(form, { focus: undefined, variables: new Map(), guarded: false, asked: [] });
}

interface Place {
  /** What names are members of; undefined: the scope. */
  readonly focus: Type | undefined;
  readonly variables: Map<string, Type>;
  /** Whether the expression says itself what counts when a value is not there. */
  readonly guarded: boolean;
  /** Paths of which it has asked whether they are there. */
  readonly asked: readonly string[];
}

class Inference {
  readonly #names: NameTypes;
  readonly #report: (finding: Finding) => void;

  constructor(names: NameTypes, report: (finding: Finding) => void) {
    this.#names = names;
    this.#report = report;
  }

  type(node: Node, place: Place): Type {
    let type = this.#operation(node, place);
    for (const filter of node.filters ?? []) type = this.#filtered(type, filter, place);
    if (node.group !== undefined) {
      const item = itemOf(type);
      for (const pair of node.group.pairs) for (const part of pair) this.type(part, { ...place, focus: item });
      return anything;
    }
    return node.keep === true ? listOf(() => union(type, itemOf(type))) : type;
  }

  #operation(node: Node, place: Place): Type {
    switch (node.op) {
      case "literal":
        return typeOfJson(node.value);
      case "name":
        return this.#path([node.name], place);
      case "path":
        return this.#path(node.names, place);
      case "steps": {
        const type = this.#steps(node.steps, place);
        if (node.keepSingleton !== true) return type;
        // What is kept a list may stand in another one, where the path does more than go from name to name.
        const isPlain = node.steps.every((step) => step.op === "name" && step.stages === undefined);
        return isPlain
          ? union(
              type,
              listOf(() => union(type, itemOf(type))),
            )
          : anything;
      }
      case "variable":
        return place.variables.get(node.name) ?? anything;
      case "context":
        return place.focus ?? anything;
      case "binary":
        return this.#combined(node.operator, this.type(node.left, place), node.left, node.right, node.at, place);
      case "chain": {
        let left = this.type(node.first, place);
        let before: Node | undefined = node.first;
        for (const { operator, right, at } of node.rest) {
          left = this.#combined(operator, left, before, right, at, place);
          before = undefined;
        }
        return left;
      }
      case "negate":
        this.#found(checkOperand("-", this.type(node.operand, place), node.operand, ["number"], node.at));
        return number;
      case "range":
        for (const end of [node.from, node.to])
          this.#found(checkOperand("..", this.type(end, place), end, ["number"], node.at));
        return sequenceOf(number);
      case "condition": {
        const types: Type[] = [];
        let asked = place.asked;
        for (const [when, then] of node.cases) {
          this.type(when, { ...place, asked });
          types.push(this.type(then, { ...place, asked: [...asked, ...questions(when)] }));
          asked = [...asked, ...denials(when)];
        }
        if (node.otherwise !== undefined) types.push(this.type(node.otherwise, { ...place, asked }));
        return union(...types);
      }
      case "elvis":
      case "coalesce":
        return union(this.type(node.operand, { ...place, guarded: true }), this.type(node.otherwise, place));
      case "array": {
        const items = node.items.map((item) => ({ item, type: this.type(item, place) }));
        return listOf(() => union(...items.map(({ item, type }) => (item.op === "array" ? type : itemOf(type)))));
      }
      case "object":
        return this.#object(node.pairs, place);
      case "block": {
        const inside = { ...place, variables: new Map(place.variables) };
        return node.body.reduce<Type>((_, part) => this.type(part, inside), nothing);
      }
      case "bind": {
        const value = this.type(node.value, place);
        place.variables.set(node.name, value);
        return value;
      }
      case "call":
        return this.#call(node, place);
      case "apply":
        return this.#lambda(node.lambda as Lambda, [this.type(node.operand, place)], place);
      case "lambda":
        return this.#lambda(node, [], place);
      case "root":
      case "wildcard":
      case "descendants":
        return anything;
    }
  }

  #path(names: readonly string[], place: Place): Type {
    let type: Type | undefined = place.focus;
    const path: string[] = [];
    for (const name of names) {
      type = type === undefined ? this.#names.typeOf(name) : this.#member(type, name, path, place);
      path.push(name);
    }
    return type ?? anything;
  }

  #member(type: Type, name: string, path: readonly string[], place: Place): Type {
    const found = memberOf(type, name);
    if (found.length > 0 || type.length === 0 || place.guarded) return found;
    if (place.asked.includes([...path, name].join("."))) return found;
    const closed = closedNames(type);
    if (closed === undefined) return found;
    this.#report(this.#absent(type, name, path, closed, place));
    return found;
  }

  #absent(type: Type, name: string, path: readonly string[], names: readonly string[], place: Place): Finding {
    const whole = path.length === 0 ? "what stands before" : path.map(shown).join(".");
    const base = {
      kind: "absent",
      path: [...path, name],
      isSure: isChecked(type),
      isOfScope: place.focus === undefined,
    } as const;
    if (place.focus !== undefined && path.length === 0 && this.#names.has(name)) {
      return {
        ...base,
        message: `Inside of a path or predicate "${shown(name)}" means a member of the item, which has none of that name.`,
        remedy: `Write $$.${name} for what the name means outside.`,
      };
    }
    const item = itemOf(type);
    if (!item.some(({ kind }) => kind === "object"))
      return { ...base, message: `"${shown(name)}" is read of ${whole}, which is ${kindsOf(item)}.` };
    const subject = place.focus !== undefined && path.length === 0 ? "An item" : whole;
    return {
      ...base,
      message: `${subject} has no "${shown(name)}", and can have no other properties.${didYouMean(name, names)}`,
    };
  }

  #steps(steps: readonly Step[], place: Place): Type {
    let type: Type | undefined;
    const path: string[] = [];
    let isPlain = true;
    for (const [i, step] of steps.entries()) {
      if (step.op === "sort") {
        const item = itemOf(type ?? place.focus ?? anything);
        for (const term of step.terms) this.type(term.by, { ...place, focus: item });
        type = sequenceOf(item);
      } else if (i === 0) {
        const first = this.type(step, place);
        // Over a list the first step is taken for each of its items.
        const isOfItems = place.focus !== undefined && mayBeList(place.focus) && !absoluteSteps.has(step.op);
        type = isOfItems && step.op !== "name" ? anything : first;
      } else {
        const before = type as Type;
        const item = mayBeList(before) ? itemOf(before) : before;
        // Of a plain name the path so far is told; anything else is looked at as what one item of it gives.
        const own =
          step.op === "name" && isPlain
            ? this.#named(step, before, path, place)
            : this.type(step, { ...place, focus: item });
        type = step.op === "name" && isPlain ? own : mayBeList(before) ? sequenceOf(own) : own;
      }
      if (step.op === "name" && isPlain) path.push(step.name);
      isPlain &&= step.op === "name";
      for (const stage of step.stages ?? []) type = this.#filtered(type, stage, place);
    }
    // An array that was made where the path begins stays one, also without elements.
    const isMade = steps[0]?.op === "array" || steps[0]?.op === "block";
    // What begins with an array and comes to a text is walked over unit by unit, and stays that text when it is empty.
    const isWalked = steps[0]?.op === "block" && steps[0].constructs === true && steps.length > 1;
    return type === undefined || isWalked || (isMade && type.length === 0) ? anything : type;
  }

  #named(step: Step & { readonly op: "name" }, before: Type, path: readonly string[], place: Place): Type {
    if (step.group !== undefined) return this.type(step, { ...place, focus: anything });
    let type = this.#member(before, step.name, path, place);
    for (const filter of step.filters ?? []) type = this.#filtered(type, filter, place);
    return type;
  }

  #filtered(type: Type, filter: Node, place: Place): Type {
    const item = itemOf(type);
    this.type(filter, { ...place, focus: item });
    // Of nothing JSONata makes something where the predicate holds for it: a null among the items.
    return item.length === 0 ? anything : sequenceOf(union(item, nullType));
  }

  #combined(operator: string, left: Type, leftNode: Node | undefined, rightNode: Node, at: number, place: Place): Type {
    if (operator === "and" || operator === "or") {
      const asked = leftNode === undefined ? [] : operator === "and" ? questions(leftNode) : denials(leftNode);
      this.type(rightNode, { ...place, asked: [...place.asked, ...asked] });
      return boolean;
    }
    const right = this.type(rightNode, place);
    switch (operator) {
      case "=":
      case "!=":
        this.#found(checkSameness(operator, left, leftNode, right, rightNode, at));
        return boolean;
      case "<":
      case "<=":
      case ">":
      case ">=":
        this.#found(checkOrder(operator, left, leftNode, right, rightNode, at));
        return boolean;
      case "in":
        return boolean;
      case "&":
        return text;
      default:
        this.#found(
          checkOperand(operator, left, leftNode, ["number"], at) ??
            checkOperand(operator, right, rightNode, ["number"], at),
        );
        return number;
    }
  }

  #object(pairs: readonly (readonly [Node, Node])[], place: Place): Type {
    // Over a list the values of its items are grouped.
    const isOne = place.focus === undefined || !mayBeList(place.focus);
    const inside = isOne ? place : { ...place, focus: itemOf(place.focus as Type) };
    const members = new Map<string, Type>();
    let isKnown = true;
    for (const [key, value] of pairs) {
      this.type(key, inside);
      const type = this.type(value, inside);
      if (key.op === "literal" && typeof key.value === "string" && !members.has(key.value))
        members.set(key.value, isOne ? type : anything);
      else isKnown = false;
    }
    if (!isKnown) return [{ kind: "object" }];
    return [{ kind: "object", names: () => [...members.keys()], member: (name) => members.get(name) ?? nothing }];
  }

  #call(node: Call, place: Place): Type {
    const guarded = place.guarded || node.name === "exists" || node.name === "coalesce";
    const types: Type[] = [];
    for (const arg of node.args) {
      if (arg.op !== "lambda") types.push(this.type(arg, { ...place, guarded }));
    }
    const lambda = node.args.find((arg) => arg.op === "lambda");
    const given = lambda === undefined ? undefined : this.#lambda(lambda, lambdaTypes(node.name, types[0]), place);
    const target = findBuiltIn(node.name);
    if (target === undefined) return anything;
    // In a path the context may stand in for the first argument.
    const canBePlaced = place.focus === undefined || node.args.length === target.params.length;
    if (lambda === undefined && canBePlaced) this.#found(checkArguments(target, types, node));
    if (node.name === "map" && given !== undefined) return sequenceOf(given);
    return resultOf(node.name, types);
  }

  #lambda({ params, body }: Lambda, types: readonly (Type | undefined)[], place: Place): Type {
    const variables = new Map(place.variables);
    for (const [i, param] of params.entries()) variables.set(param, types[i] ?? anything);
    return this.type(body, { ...place, variables });
  }

  #found(finding: Finding | undefined): void {
    if (finding !== undefined) this.#report(finding);
  }
}

/** First steps of a path that mean the same whatever is around it. */
const absoluteSteps: ReadonlySet<string> = new Set(["variable", "context", "root", "literal"]);

/** What a function that is given to another one gets. */
function lambdaTypes(name: string, list: Type | undefined): readonly (Type | undefined)[] {
  const item = list === undefined ? anything : itemOf(list);
  switch (name) {
    case "map":
    case "filter":
    case "single":
      return [item, number];
    case "sort":
      return [item, item];
    case "reduce":
      return [undefined, item];
    default:
      return [];
  }
}

/** Every member that a value of the type can have; undefined where that is open. */
function closedNames(type: Type): readonly string[] | undefined {
  if (isAnything(type)) return undefined;
  const item = itemOf(type);
  if (item.every(({ kind }) => kind === "null") || isAnything(item)) return undefined;
  const names: string[] = [];
  for (const one of item) {
    if (one.kind !== "object") continue;
    if (one.names === undefined) return undefined;
    names.push(...one.names());
  }
  return names;
}

/** The paths of which a condition that holds has shown that they are there. */
function questions(node: Node): string[] {
  if (node.op === "binary" && node.operator === "and") return [...questions(node.left), ...questions(node.right)];
  if (node.op === "chain" && node.rest.every(({ operator }) => operator === "and"))
    return [node.first, ...node.rest.map(({ right }) => right)].flatMap(questions);
  if (node.op !== "call" || node.name !== "exists") return [];
  return node.args.flatMap(pathOf);
}

/** Likewise, of a condition that does not hold. */
function denials(node: Node): string[] {
  return node.op === "call" && node.name === "not" && node.args[0] !== undefined ? questions(node.args[0]) : [];
}

function pathOf(node: Node): string[] {
  if (node.op === "name") return [node.name];
  return node.op === "path" ? [node.names.join(".")] : [];
}
