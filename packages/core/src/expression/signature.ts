import { isItems } from "./value.ts";
import { typeFault } from "./run.ts";
import type { Closure, Value } from "./value.ts";
import type { Run } from "./run.ts";
import type { Json } from "../values/json.ts";

/** What a function is given: a value, nothing, or a function. */
export type Argument = Value | Closure;

/** A built-in function. `apply` gets one argument per parameter, checked against the signature. */
export interface BuiltIn {
  readonly name: string;
  readonly params: readonly Param[];
  apply(args: readonly Argument[], run: Run): Value;
}

export interface Param {
  /** The kinds of values that it takes: s(tring) n(umber) b(oolean) l (null) a(rray) o(bject) f(unction) m(issing). */
  readonly kinds: string;
  readonly optional: boolean;
  /** Whether the context stands in for a missing argument. */
  readonly context: boolean;
  /** Whether it is an array: another value is taken as an array of one. */
  readonly isArray: boolean;
  /** The kind of all elements, for an array that is particular. */
  readonly elements: string | undefined;
  /** Whether it takes all arguments from here on. */
  readonly many: boolean;
}

/** Defines a function by JSONata's notation of signatures, without its angle brackets and result, such as `s-nn?`. */
export function defineFunction(name: string, signature: string, apply: BuiltIn["apply"]): BuiltIn {
  return { name, params: paramsOf(signature), apply };
}

function paramsOf(signature: string): Param[] {
  const params: Param[] = [];
  for (let i = 0; i < signature.length; i += 1) {
    const letter = signature.charAt(i);
    const last = params[params.length - 1];
    if (letter === "?" && last !== undefined) params[params.length - 1] = { ...last, optional: true };
    else if (letter === "-" && last !== undefined)
      params[params.length - 1] = { ...last, optional: true, context: true };
    else if (letter === "+" && last !== undefined) params[params.length - 1] = { ...last, many: true };
    else if (letter === "<" && last !== undefined) {
      params[params.length - 1] = { ...last, elements: signature.charAt(i + 1) };
      i = signature.indexOf(">", i);
    } else if (letter === "(") {
      const end = signature.indexOf(")", i);
      params.push(newParam(signature.slice(i + 1, end) + "m", false));
      i = end;
    } else {
      params.push(newParam(kindsOf(letter), letter === "a"));
    }
  }
  return params;
}

function newParam(kinds: string, isArray: boolean): Param {
  return { kinds, optional: false, context: false, isArray, elements: undefined, many: false };
}

function kindsOf(letter: string): string {
  switch (letter) {
    case "a":
    case "x":
      return "asnblfom";
    case "j":
      return "asnblom";
    case "f":
      return "f";
    default:
      return letter + "m";
  }
}

/** The arguments in the places of the parameters, with the context where one is missing and arrays where they are due. */
export function bindArguments(target: BuiltIn, args: readonly Argument[], context: Value): Argument[] {
  const { params, name } = target;
  const bound: Argument[] = [];
  if (params.length === 1 && params[0]?.many === true) {
    if (args.length === 0) throw mismatch(name, 1);
    for (const arg of args) bound.push(params[0].isArray ? arrayArgument(arg) : arg);
    return bound;
  }
  const places = args.length === params.length ? undefined : placed(params, args, 0, 0);
  if (args.length !== params.length && places === undefined) throw mismatch(name, firstMismatch(params, args));
  let next = 0;
  for (let p = 0; p < params.length; p += 1) {
    const param = params[p] as Param;
    if (places !== undefined && places[p] === false) {
      if (!param.context) bound.push(undefined);
      else if (param.kinds.includes(kindOf(context))) bound.push(context);
      else
        throw typeFault("T0411", `$${name} was given no argument ${next + 1}, and the context cannot stand in for it`);
      continue;
    }
    const arg = args[next];
    if (!param.kinds.includes(kindOf(arg))) throw mismatch(name, next + 1);
    if (param.elements !== undefined) checkElements(name, next + 1, arg, param.elements);
    bound.push(param.isArray ? arrayArgument(arg) : arg);
    next += 1;
  }
  return bound;
}

/** Which parameters get an argument: the leftmost optional ones as long as the rest still fits. */
function placed(params: readonly Param[], args: readonly Argument[], p: number, a: number): boolean[] | undefined {
  if (p === params.length) return a === args.length ? [] : undefined;
  const param = params[p] as Param;
  if (a < args.length && param.kinds.includes(kindOf(args[a]))) {
    const rest = placed(params, args, p + 1, a + 1);
    if (rest !== undefined) return [true, ...rest];
  }
  if (!param.optional) return undefined;
  const rest = placed(params, args, p + 1, a);
  return rest === undefined ? undefined : [false, ...rest];
}

function firstMismatch(params: readonly Param[], args: readonly Argument[]): number {
  let a = 0;
  for (const param of params) {
    if (a < args.length && param.kinds.includes(kindOf(args[a]))) a += 1;
    else if (!param.optional) break;
  }
  return a + 1;
}

function checkElements(name: string, index: number, arg: Argument, kind: string): void {
  const found = kindOf(arg);
  if (found === "m") return;
  if (found !== "a") {
    if (found !== kind) throw wrongElements(name, index, kind);
    return;
  }
  for (const element of arg as Json[]) if (kindOf(element) !== kind) throw wrongElements(name, index, kind);
}

function arrayArgument(arg: Argument): Argument {
  return arg === undefined || isItems(arg) ? arg : [arg as Json];
}

/** The letter of a value's kind; m for nothing. */
export function kindOf(value: Argument): string {
  switch (typeof value) {
    case "string":
      return "s";
    case "number":
      return "n";
    case "boolean":
      return "b";
    case "undefined":
      return "m";
    default:
      if (value === null) return "l";
      if (isItems(value)) return "a";
      return isClosure(value) ? "f" : "o";
  }
}

/** Functions are told from data by `call`, which no JSON value can be. */
function isClosure(value: object): value is Closure {
  return typeof (value as { call?: unknown }).call === "function";
}

function mismatch(name: string, index: number) {
  return typeFault("T0410", `Argument ${index} of $${name} is missing or has the wrong type`);
}

function wrongElements(name: string, index: number, kind: string) {
  const kinds: Record<string, string> = { n: "numbers", s: "texts", o: "objects" };
  return typeFault("T0412", `Argument ${index} of $${name} must be an array of ${kinds[kind]}`);
}
