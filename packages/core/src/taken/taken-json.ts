import { valueNestingMax } from "../values/check-input.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { keyIsRefused } from "../values/keys.ts";
import { pointerToken } from "../values/pointer.ts";
import { storableText } from "../values/text.ts";

/** JSON that came from others, made storable, and where it had to be changed. */
export interface TakenJson {
  readonly value: Json;
  /** `<pointer> <code>` for each place that could not be kept as it was. */
  readonly adjusted: string[];
}

/** Why a value of a handler is no JSON. */
export interface NotJson {
  readonly pointer: string;
  readonly message: string;
}

/** A number that a double cannot hold, between the parse and the walk that knows its pointer. */
class InexactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Parses JSON text that came from others. Integers beyond ±(2^53 − 1), and numbers beyond a double's range, are kept
 * as their digits, a string; NUL and lone surrogates become U+FFFD; members with refused keys are left out. All noted.
 * @returns undefined when the text is no JSON, or nested deeper than values may be
 */
export function parseTakenJson(text: string): TakenJson | undefined {
  if (isTooDeep(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = mayHoldInexactNumber.test(text) ? JSON.parse(text, keepInexact) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const adjusted: string[] = [];
  return { value: taken(parsed, "", 0, adjusted) as Json, adjusted };
}

/**
 * A handler's output as JSON that can be stored; members that are undefined are left out, as JSON.stringify does.
 * @returns the first place that is no JSON, when there is one
 */
export function takeJson(value: unknown): TakenJson | NotJson {
  const adjusted: string[] = [];
  try {
    return { value: taken(value === undefined ? null : value, "", 0, adjusted) as Json, adjusted };
  } catch (error) {
    if (error instanceof NotJsonError) return { pointer: error.pointer, message: error.message };
    throw error;
  }
}

class NotJsonError extends Error {
  readonly pointer: string;
  constructor(pointer: string, message: string) {
    super(message);
    this.pointer = pointer;
  }
}

function taken(value: unknown, pointer: string, depth: number, adjusted: string[]): Json | undefined {
  switch (typeof value) {
    case "string":
      return takenText(value, pointer, adjusted);
    case "number":
      if (!Number.isFinite(value)) throw new NotJsonError(pointer, "is a number that JSON does not have");
      return value;
    case "boolean":
    case "undefined":
      return value;
    case "object":
      if (value === null) return null;
      if (value instanceof InexactNumber) {
        adjusted.push(`${pointer} NUMBER_NOT_EXACT`);
        return value.text;
      }
      if (depth >= valueNestingMax) throw new NotJsonError(pointer, `is nested deeper than ${valueNestingMax}`);
      return Array.isArray(value)
        ? takenList(value, pointer, depth, adjusted)
        : takenObject(value, pointer, depth, adjusted);
    default:
      throw new NotJsonError(pointer, `is a ${typeof value}, which JSON does not have`);
  }
}

function takenText(text: string, pointer: string, adjusted: string[]): string {
  const storable = storableText(text);
  if (storable !== text) adjusted.push(`${pointer} TEXT_NOT_STORABLE`);
  return storable;
}

function takenList(list: readonly unknown[], pointer: string, depth: number, adjusted: string[]): Json[] {
  return Array.from(list, (element, index) => taken(element, `${pointer}/${index}`, depth + 1, adjusted) ?? null);
}

function takenObject(value: object, pointer: string, depth: number, adjusted: string[]): JsonObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotJsonError(pointer, "is not a plain object");
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const at = pointer + pointerToken(storableText(key));
    if (keyIsRefused(key)) {
      adjusted.push(`${at} KEY_REFUSED`);
      continue;
    }
    const kept = taken(member, at, depth + 1, adjusted);
    if (kept !== undefined) out[takenText(key, at, adjusted)] = kept;
  }
  return out;
}

// Sixteen digits, or an exponent that is not negative: every integer that a double cannot hold has one of them.
const mayHoldInexactNumber = /\d{16}|\d[eE]\+?\d/;

function keepInexact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  if (source === undefined || (Number.isFinite(value) && !Number.isInteger(value))) return value;
  return new InexactNumber(integerDigits(source) ?? source);
}

// An exponent that writes more digits than a double's range has no use as an integer; its source text is kept instead.
const exponentMax = 308;

/** The plain digits of a decimal such as `1.5e20`; undefined when it is no integer or is absurdly long. */
function integerDigits(source: string): string | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (parts === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = parts;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > exponentMax) return undefined;
  const shift = exponent - fraction.length;
  const digits = whole + fraction;
  if (shift >= 0) return sign + (digits + "0".repeat(shift)).replace(/^0+(?=\d)/, "");
  const rest = digits.slice(shift);
  return /^0*$/.test(rest) ? sign + digits.slice(0, shift).replace(/^0+(?=\d)/, "") : undefined;
}

/** Whether brackets nest deeper than a value may, found without recursion and before anything is parsed. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === backslash) i += 1;
      else if (unit === quote) inString = false;
    } else if (unit === quote) inString = true;
    else if (unit === openBracket || unit === openBrace) {
      depth += 1;
      if (depth > valueNestingMax) return true;
    } else if (unit === closeBracket || unit === closeBrace) depth -= 1;
  }
  return false;
}

const quote = 34;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;
