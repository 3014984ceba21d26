import { deeper, isItems, refuseBlob } from "./value.ts";
import { Fault, spend, spendText } from "./run.ts";
import { isNumeric } from "./compare.ts";
import type { Run } from "./run.ts";
import type { Value } from "./value.ts";
import type { Json } from "../values/json.ts";

const keysOf = Object.keys;
const isInteger = Number.isInteger;
const isFinite = Number.isFinite;
const stringify = JSON.stringify;

/** `$string`: a text as it is, everything else as JSON, numbers that are no integers with 15 digits. */
export function textOf(value: Json, run: Run, pretty: boolean): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && !isFinite(value)) {
    throw new Fault("EXPR_NUMBER_RANGE", "$string cannot write a number that is infinite or not a number (D3001).");
  }
  return jsonText(value, run, pretty, "\n", 0);
}

/** `&`: nothing adds nothing. */
export function joined(left: Value, right: Value, run: Run): string {
  const first = left === undefined ? "" : textOf(left, run, false);
  const second = right === undefined ? "" : textOf(right, run, false);
  spendText(run, first.length + second.length);
  return first + second;
}

/** The number that `$string` writes. */
export function roundedNumber(value: number): number {
  return isInteger(value) ? value : +value.toPrecision(15);
}

function jsonText(value: Json | undefined, run: Run, pretty: boolean, indent: string, depth: number): string {
  spend(run, 1);
  switch (typeof value) {
    case "string":
      spend(run, value.length >> 5);
      return stringify(value);
    case "number":
      return isNumeric(value) ? "" + roundedNumber(value) : "null";
    case "boolean":
      return value ? "true" : "false";
    case "object":
      break;
    default:
      return "null";
  }
  if (value === null) return "null";
  const below = deeper(depth);
  const inner = indent + "  ";
  let text = "";
  if (isItems(value)) {
    for (let i = 0; i < value.length; i += 1) {
      text += (i > 0 ? "," : "") + (pretty ? inner : "") + jsonText(value[i], run, pretty, inner, below);
    }
    return text === "" ? "[]" : "[" + text + (pretty ? indent : "") + "]";
  }
  refuseBlob(value);
  for (const key of keysOf(value)) {
    const member = value[key];
    if (member === undefined) continue;
    spendText(run, key.length);
    text += (text === "" ? "" : ",") + (pretty ? inner : "") + stringify(key) + (pretty ? ": " : ":");
    text += jsonText(member, run, pretty, inner, below);
  }
  return text === "" ? "{}" : "{" + text + (pretty ? indent : "") + "}";
}
