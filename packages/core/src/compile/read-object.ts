import { typeName } from "../definition/value.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import type { Intake } from "./intake.ts";
import type { ReadDocument } from "./read-json.ts";
import { own } from "./read-json.ts";

/**
 * Takes a definition given in code: a plain copy of it, so that a later change of the object changes nothing. Undefined
 * members are absent; what JSON does not have is an issue.
 * @throws IntakeStopped beyond the limits; the intake has the issue
 */
export function readObject(given: unknown, intake: Intake): ReadDocument {
  return { value: copy(given, "", 0, intake) };
}

function copy(given: unknown, pointer: string, depth: number, intake: Intake): Json {
  intake.enter(depth, pointer, undefined);
  switch (typeof given) {
    case "string":
      intake.text(given, pointer, undefined);
      return given;
    case "number":
      intake.number(given, String(given), pointer, undefined);
      return given;
    case "boolean":
      return given;
    case "object":
      if (given === null) return null;
      if (Array.isArray(given)) return given.map((item, i) => copy(item, pointer + "/" + i, depth + 1, intake));
      if (isPlain(given)) return copyObject(given as { readonly [key: string]: unknown }, pointer, depth, intake);
      break;
    default:
      break;
  }
  intake.add(
    "FIELD_TYPE",
    pointer,
    undefined,
    `A definition is plain JSON, and this is ${given === undefined ? "nothing" : notJson(given)}.`,
  );
  return null;
}

function copyObject(
  given: { readonly [key: string]: unknown },
  pointer: string,
  depth: number,
  intake: Intake,
): JsonObject {
  const members: JsonObject = {};
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (value === undefined) continue;
    const at = pointer + pointerToken(key);
    intake.key(key, at, undefined, false);
    own(members, key, copy(value, at, depth + 1, intake));
  }
  return members;
}

function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === null || prototype === Object.prototype) return true;
  // An object of another realm: its prototype is that realm's Object.prototype.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty");
}

function notJson(given: unknown): string {
  switch (typeof given) {
    case "function":
      return "a function";
    case "bigint":
      return "a BigInt";
    case "symbol":
      return "a symbol";
    default:
      return `${typeName(given)} with a class of its own`;
  }
}
