import { codePoints, sliceByCodePoints } from "./code-points.ts";
import { isTrue } from "../compare.ts";
import { spend, spendText, typeFault, valueFault } from "../run.ts";
import { textOf } from "../text.ts";
import { defineFunction } from "../signature.ts";
import type { BuiltIn } from "../signature.ts";
import type { Run } from "../run.ts";
import { isItems } from "../value.ts";
import type { Value } from "../value.ts";

const { abs, trunc } = Math;

/** Defines a function of a text, which of nothing is nothing. */
function ofText(
  name: string,
  signature: string,
  apply: (text: string, args: readonly Value[], run: Run) => Value,
): BuiltIn {
  return defineFunction(name, signature, (args, run) => {
    const text = args[0] as Value;
    if (text === undefined) return undefined;
    spend(run, (text as string).length >> 6);
    return apply(text as string, args as readonly Value[], run);
  });
}

export const textFunctions = [
  defineFunction("string", "x-b?", (args, run) => {
    const value = args[0] as Value;
    return value === undefined ? undefined : textOf(value, run, args[1] === true);
  }),

  ofText("length", "s-", (text) => codePoints(text)),
  ofText("lowercase", "s-", (text) => text.toLowerCase()),
  ofText("uppercase", "s-", (text) => text.toUpperCase()),
  ofText("trim", "s-", (text, _, run) => {
    // Every blank may end a part, and parts are dearer than characters.
    spend(run, text.length >> 2);
    return trimmed(text);
  }),

  ofText("substring", "s-nn?", (text, [, from, length], run) => {
    spend(run, text.length >> 6);
    let start = from === undefined ? 0 : (from as number);
    const count = codePoints(text);
    if (count + start < 0) start = 0;
    if (length === undefined) return sliceByCodePoints(text, start, undefined);
    if ((length as number) <= 0) return "";
    return sliceByCodePoints(text, start, start >= 0 ? start + (length as number) : count + start + (length as number));
  }),

  ofText("substringBefore", "s-s", (text, [, separator]) => {
    const at = separator === undefined ? -1 : text.indexOf(separator as string);
    return at < 0 ? text : text.slice(0, at);
  }),

  ofText("substringAfter", "s-s", (text, [, separator]) => {
    const at = separator === undefined ? -1 : text.indexOf(separator as string);
    return at < 0 ? text : text.slice(at + (separator as string).length);
  }),

  ofText("pad", "s-ns?", (text, [, width, filler], run) => {
    if (width === undefined) return text;
    const wanted = trunc(width as number);
    const missing = abs(wanted) - codePoints(text);
    if (!(missing > 0)) return text;
    const fill = filler === undefined || filler === "" ? " " : (filler as string);
    // Before the text is made: a width of a million million ends here.
    spendText(run, missing * fill.length);
    let padding = fill.repeat(missing);
    if (fill.length > 1) padding = sliceByCodePoints(padding, 0, missing);
    return wanted > 0 ? text + padding : padding + text;
  }),

  ofText("contains", "s-(sf)", (text, [, token]) => (token === undefined ? undefined : text.includes(token as string))),

  ofText("split", "s-(sf)n?", (text, [, separator, limit], run) => {
    const mark = textArgument(separator, "split", 2);
    if (limit !== undefined && (limit as number) < 0) {
      throw valueFault("D3020", "The third argument of $split must not be negative");
    }
    spend(run, mark === "" ? text.length : occurrences(text, mark));
    return text.split(mark, limit === undefined ? undefined : (limit as number));
  }),

  ofText("replace", "s-(sf)(sf)n?", (text, [, pattern, replacement, limit], run) => {
    const mark = textArgument(pattern, "replace", 2);
    const put = textArgument(replacement, "replace", 3);
    if (mark === "") throw valueFault("D3010", "The second argument of $replace must not be empty");
    if (limit !== undefined && (limit as number) < 0) {
      throw valueFault("D3011", "The fourth argument of $replace must not be negative");
    }
    let result = "";
    let from = 0;
    let count = 0;
    for (
      let at = text.indexOf(mark);
      at >= 0 && (limit === undefined || count < (limit as number));
      at = text.indexOf(mark, from)
    ) {
      spend(run, 1 + (put.length >> 6));
      result += text.slice(from, at) + put;
      from = at + mark.length;
      count += 1;
    }
    return result + text.slice(from);
  }),

  defineFunction("join", "a<s>s?", (args, run) => {
    const texts = args[0] as string[] | undefined;
    if (texts === undefined) return undefined;
    const separator = args[1] === undefined ? "" : (args[1] as string);
    let length = separator.length * texts.length;
    for (const text of texts) length += text.length;
    spend(run, texts.length);
    spendText(run, length);
    return texts.join(separator);
  }),

  defineFunction("boolean", "x-", (args, run) => {
    const truth = isTrue(args[0] as Value, run);
    return isNothing(args[0] as Value) ? undefined : truth;
  }),
  defineFunction("not", "x-", (args, run) => (args[0] === undefined ? undefined : !isTrue(args[0] as Value, run))),
];

/** Of a list of one, what that one is: a predicate that holds for nothing selects it. */
function isNothing(value: Value): boolean {
  let one = value;
  while (isItems(one) && one.length === 1) one = one[0];
  return one === undefined;
}

/** White space in a row becomes one blank, and none stays at the ends. */
function trimmed(text: string): string {
  let result = "";
  let from = 0;
  for (let i = 0; i < text.length;) {
    if (!isBlank(text.charCodeAt(i))) {
      i += 1;
      continue;
    }
    const end = i;
    while (i < text.length && isBlank(text.charCodeAt(i))) i += 1;
    result += (result === "" || end === from ? "" : " ") + text.slice(from, end);
    from = i;
  }
  if (from === text.length) return result;
  return result === "" ? text.slice(from) : result + " " + text.slice(from);
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 10 || unit === 13;
}

function occurrences(text: string, mark: string): number {
  let count = 1;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

export function textArgument(value: Value, name: string, index: number): string {
  if (typeof value === "string") return value;
  throw typeFault("T0410", `Argument ${index} of $${name} must be a text`);
}
