import { integerPicture, readInteger, writeInteger } from "./integer-picture.ts";
import { formatNumber } from "./number-picture.ts";
import { rounded } from "./round.ts";
import { textArgument } from "./text.ts";
import { Fault, spend, valueFault } from "../run.ts";
import { defineFunction } from "../signature.ts";
import type { BuiltIn } from "../signature.ts";
import type { Value } from "../value.ts";
import type { Run } from "../run.ts";
import type { Json, JsonObject } from "../../values/json.ts";

const { abs, ceil, floor, pow, sqrt } = Math;
const isFinite = Number.isFinite;
const toNumber = Number;
const notANumber = Number.NaN;

export const numberFunctions = [
  defineFunction("number", "(nsb)-", (args) => {
    const value = args[0];
    if (value === undefined || typeof value === "number") return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    const number = numberOf(value as string);
    if (number === undefined) throw valueFault("D3030", "The text is no number");
    return number;
  }),

  ofNumber("abs", "n-", (value) => abs(value)),
  ofNumber("floor", "n-", (value) => floor(value)),
  ofNumber("ceil", "n-", (value) => ceil(value)),
  ofNumber("round", "n-n?", (value, digits) => rounded(value, digits as number | undefined)),

  ofNumber("sqrt", "n-", (value) => {
    if (value < 0) throw valueFault("D3060", "$sqrt was given a negative number");
    return sqrt(value);
  }),

  ofNumber("power", "n-n", (value, exponent) => {
    const result = exponent === undefined ? notANumber : pow(value, exponent as number);
    if (!isFinite(result)) throw new Fault("EXPR_NUMBER_RANGE", "The result of $power is out of range (D3061).");
    return result;
  }),

  ofNumber("formatBase", "n-n?", (value, base) => {
    const radix = base === undefined ? 10 : rounded(base as number, undefined);
    if (!(radix >= 2 && radix <= 36)) throw valueFault("D3100", "The base of $formatBase must be from 2 to 36");
    return rounded(value, undefined).toString(radix);
  }),

  ofNumber("formatNumber", "n-so?", (value, picture, options, run) =>
    formatNumber(value, textArgument(picture, "formatNumber", 2), options as JsonObject | undefined, run),
  ),
  ofNumber("formatInteger", "n-s", (value, picture, _, run) =>
    writeInteger(floor(value), integerPicture(textArgument(picture, "formatInteger", 2), run), run),
  ),
  defineFunction("parseInteger", "s-s", (args, run) => {
    if (args[0] === undefined) return undefined;
    const number = readInteger(
      args[0] as string,
      integerPicture(textArgument(args[1] as Value, "parseInteger", 2), run),
      run,
    );
    if (number === undefined) throw valueFault("D3030", "The text is no integer by this picture");
    return number;
  }),

  ofNumbers("sum", (numbers) => total(numbers)),
  ofNumbers("average", (numbers) => (numbers.length === 0 ? undefined : total(numbers) / numbers.length)),
  ofNumbers("max", (numbers) => extreme(numbers, (a, b) => a > b)),
  ofNumbers("min", (numbers) => extreme(numbers, (a, b) => a < b)),
];

/** Defines a function of a number, which of nothing is nothing. */
function ofNumber(
  name: string,
  signature: string,
  apply: (value: number, second: Value, third: Value, run: Run) => Value,
): BuiltIn {
  return defineFunction(name, signature, (args, run) =>
    args[0] === undefined ? undefined : apply(args[0] as number, args[1] as Value, args[2] as Value, run),
  );
}

function ofNumbers(name: string, apply: (numbers: readonly Json[]) => Value): BuiltIn {
  return defineFunction(name, "a<n>", (args, run) => {
    const numbers = args[0] as Json[] | undefined;
    if (numbers === undefined) return undefined;
    spend(run, numbers.length >> 2);
    return apply(numbers);
  });
}

function total(numbers: readonly Json[]): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i += 1) sum += numbers[i] as number;
  return sum;
}

function extreme(numbers: readonly Json[], isBetter: (a: number, b: number) => boolean): Value {
  let best = numbers[0] as number | undefined;
  for (let i = 1; i < numbers.length; i += 1) {
    const number = numbers[i] as number;
    if (isBetter(number, best as number)) best = number;
  }
  return best;
}

/** The number that a text is: decimal, or hexadecimal, octal or binary with its prefix. */
function numberOf(text: string): number | undefined {
  if (isDecimal(text)) {
    const number = toNumber(text);
    return isFinite(number) ? number : undefined;
  }
  const prefix = text.charAt(0) === "0" ? text.charAt(1).toLowerCase() : "";
  const base = prefix === "x" ? 16 : prefix === "o" ? 8 : prefix === "b" ? 2 : 0;
  if (base === 0 || text.length < 3) return undefined;
  for (let i = 2; i < text.length; i += 1) if (digitOf(text.charCodeAt(i)) >= base) return undefined;
  const number = toNumber(text);
  return isFinite(number) ? number : undefined;
}

function digitOf(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const letter = unit | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : 99;
}

/** Digits with a sign, a fraction and an exponent, as in JSON, leading zeros allowed. */
function isDecimal(text: string): boolean {
  let i = text.charAt(0) === "-" ? 1 : 0;
  let end = digitsEnd(text, i);
  if (end === i) return false;
  if (text.charAt(end) === ".") {
    i = end + 1;
    end = digitsEnd(text, i);
    if (end === i) return false;
  }
  if (text.charAt(end) === "e" || text.charAt(end) === "E") {
    i = end + 1;
    if (text.charAt(i) === "+" || text.charAt(i) === "-") i += 1;
    end = digitsEnd(text, i);
    if (end === i) return false;
  }
  return end === text.length;
}

function digitsEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i += 1;
  return i;
}
