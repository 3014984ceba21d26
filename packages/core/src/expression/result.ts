import { keyIsRefused } from "../values/keys.ts";
import { valueNestingMax } from "../values/check-input.ts";
import { isConstructed, isItems, isSequence } from "./value.ts";
import { Fault, spend } from "./run.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";
import type { Json } from "../values/json.ts";

/** The result of an expression has at most this many bytes as canonical JSON. */
export const resultMaxBytes = 256 * 1024;

const keysOf = Object.keys;
const hasOwn = Object.hasOwn;
const isFinite = Number.isFinite;
const is = Object.is;

/**
 * The result as plain JSON: without marks, -0 as 0. Parts that need no change are not copied, so what is passed on
 * from the scope stays the same object.
 */
export function plainResult(value: Value, run: Run): Value {
  switch (typeof value) {
    case "undefined":
    case "boolean":
      return value;
    case "number":
      return plainNumber(value);
    default:
      return plain(value, run, { bytes: 0 }, 0);
  }
}

interface Size {
  bytes: number;
}

function plain(value: Json, run: Run, size: Size, depth: number): Json {
  switch (typeof value) {
    case "string":
      addText(value, run, size);
      return value;
    case "number":
      add(size, ("" + value).length);
      return plainNumber(value);
    case "boolean":
      add(size, value ? 4 : 5);
      return value;
    default:
      break;
  }
  if (value === null || value === undefined) {
    add(size, 4);
    return null;
  }
  if (depth >= valueNestingMax) throw new Fault("EXPR_DEPTH", "The result of the expression is nested too deeply.");
  add(size, 2);
  if (isItems(value)) {
    const marked = isSequence(value) || isConstructed(value);
    let copy: Json[] | undefined = marked ? [] : undefined;
    spend(run, 1 + (value.length >> 2));
    for (let i = 0; i < value.length; i += 1) {
      const element = value[i] as Json;
      const clean = plain(element, run, size, depth + 1);
      add(size, i > 0 ? 1 : 0);
      if (copy === undefined && !is(clean, element)) copy = value.slice(0, i);
      if (copy !== undefined) copy.push(clean);
    }
    return copy ?? value;
  }
  const keys = keysOf(value);
  const isBlob = hasOwn(value, "$blob");
  let copy: Record<string, Json> | undefined;
  spend(run, 1 + (keys.length >> 1));
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (!isBlob && keyIsRefused(key)) throw new Fault("KEY_REFUSED", `The result has the refused key ${key}.`);
    const member = value[key] as Json;
    addText(key, run, size);
    const clean = plain(member, run, size, depth + 1);
    add(size, i > 0 ? 2 : 1);
    if (copy === undefined && !is(clean, member)) {
      copy = {};
      for (let j = 0; j < i; j += 1) copy[keys[j] as string] = value[keys[j] as string] as Json;
    }
    if (copy !== undefined) copy[key] = clean;
  }
  return copy ?? value;
}

function plainNumber(value: number): number {
  if (!isFinite(value))
    throw new Fault("EXPR_NUMBER_RANGE", "The result of the expression is infinite or not a number.");
  return value === 0 ? 0 : value;
}

function add(size: Size, bytes: number): void {
  size.bytes += bytes;
  if (size.bytes > resultMaxBytes) {
    throw new Fault(
      "EXPR_OUTPUT_TOO_LARGE",
      `The result of the expression has more than ${resultMaxBytes} bytes as JSON.`,
    );
  }
}

/** Adds a text's bytes as JSON, and refuses one that cannot be stored, in one pass. */
function addText(text: string, run: Run, size: Size): void {
  // More than the limit whatever its characters are: no need to look at them.
  if (text.length > resultMaxBytes) add(size, text.length);
  spend(run, text.length >> 6);
  let bytes = text.length + 2;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit < 0x20) {
        if (unit === 0) throw unstorable();
        bytes += unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 1 : 5;
      } else if (unit === 0x22 || unit === 0x5c) bytes += 1;
    } else if (unit < 0x800) bytes += 1;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2;
    else {
      const next = text.charCodeAt(i + 1);
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) throw unstorable();
      bytes += 2;
      i += 1;
    }
  }
  add(size, bytes);
}

function unstorable(): Fault {
  return new Fault(
    "TEXT_NOT_STORABLE",
    "The result of the expression has a text with a NUL character or half of a surrogate pair.",
  );
}
