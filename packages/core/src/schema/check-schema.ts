import { isJsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { formats } from "./formats.ts";
import { refPointer } from "./resolve.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { SchemaErrorCode } from "./codes.ts";
import type { SchemaProblem } from "./problem.ts";

const nestingMax = 64;
const problemsMax = 50;
/** `$ref` and `allOf` that check one value in turn. */
const chainMax = 128;
const types: readonly unknown[] = ["string", "number", "integer", "boolean", "null", "array", "object"];
const isArray = Array.isArray;
const keysOf = Object.keys;

/**
 * What is wrong with a schema, with pointers into it: a keyword that is not supported, a value of the wrong kind, a
 * reference that leads nowhere or back to itself. None: `validate` can use it.
 */
export function checkSchema(schema: unknown): SchemaProblem[] {
  const check: Check = { problems: [], places: new Map(), refs: [] };
  visit(check, schema, "", 0);
  for (const { ref, pointer } of check.refs) {
    const target = refPointer(ref);
    if (target === undefined || !check.places.has(target)) {
      report(check, "SCHEMA_REF", pointer, `there is no schema at ${ref} in this schema`);
    }
  }
  if (check.problems.length === 0) findCycles(check);
  return check.problems;
}

interface Check {
  readonly problems: SchemaProblem[];
  /** The places where a schema stands, each with those that check the same value in its stead. */
  readonly places: Map<string, string[]>;
  readonly refs: { readonly ref: string; readonly pointer: string }[];
}

function visit(check: Check, schema: unknown, pointer: string, depth: number): void {
  if (typeof schema === "boolean") {
    check.places.set(pointer, []);
    return;
  }
  if (!isJsonObject(schema)) {
    report(check, "SCHEMA_SHAPE", pointer, "a schema must be an object, true or false");
    return;
  }
  if (depth > nestingMax) {
    report(check, "SCHEMA_TOO_DEEP", pointer, `schemas must not be nested more than ${nestingMax} levels deep`);
    return;
  }
  const same: string[] = [];
  check.places.set(pointer, same);
  for (const keyword of keysOf(schema)) visitKeyword(check, keyword, schema[keyword] as Json, pointer, depth, same);
}

function visitKeyword(check: Check, keyword: string, rule: Json, pointer: string, depth: number, same: string[]): void {
  const at = pointer + pointerToken(keyword);
  const expect = (isGood: boolean, what: string) => {
    if (!isGood) report(check, "SCHEMA_SHAPE", at, `${keyword} must be ${what}`);
    return isGood;
  };
  switch (keyword) {
    case "type":
      expect(
        types.includes(rule) || (isArray(rule) && rule.length > 0 && rule.every((type) => types.includes(type))),
        "a type or a list of types",
      );
      return;
    case "enum":
      expect(isArray(rule), "a list");
      return;
    case "required":
      expect(isArray(rule) && rule.every((key) => typeof key === "string"), "a list of keys");
      return;
    case "minItems":
    case "maxItems":
    case "minLength":
    case "maxLength":
      expect(typeof rule === "number" && Number.isInteger(rule) && rule >= 0, "an integer from 0");
      return;
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      expect(typeof rule === "number", "a number");
      return;
    case "multipleOf":
      expect(typeof rule === "number" && rule > 0, "a number above 0");
      return;
    case "uniqueItems":
    case "sensitive":
      expect(typeof rule === "boolean", "true or false");
      return;
    case "format":
      if (!expect(typeof rule === "string", "a text") || formats.includes(rule as string)) return;
      report(
        check,
        "SCHEMA_KEYWORD_UNSUPPORTED",
        at,
        `the format ${rule as string} is not supported; these are: ${formats.join(", ")}`,
      );
      return;
    case "title":
    case "description":
      expect(typeof rule === "string", "a text");
      return;
    case "examples":
      expect(isArray(rule), "a list");
      return;
    case "const":
    case "default":
      return;
    case "$ref":
      if (!expect(typeof rule === "string", "a text")) return;
      check.refs.push({ ref: rule as string, pointer: at });
      same.push(refPointer(rule as string) ?? "");
      return;
    case "properties":
    case "$defs":
      if (!expect(isJsonObject(rule), "an object of schemas")) return;
      for (const key of keysOf(rule as JsonObject))
        visit(check, (rule as JsonObject)[key], at + pointerToken(key), depth + 1);
      return;
    case "items":
    case "additionalProperties":
      visit(check, rule, at, depth + 1);
      return;
    case "not":
    case "if":
    case "then":
    case "else":
      same.push(at);
      visit(check, rule, at, depth + 1);
      return;
    case "prefixItems":
    case "anyOf":
    case "oneOf":
    case "allOf":
      if (!expect(isArray(rule) && rule.length > 0, "a list of schemas")) return;
      (rule as Json[]).forEach((part, i) => {
        if (keyword !== "prefixItems") same.push(at + "/" + i);
        visit(check, part, at + "/" + i, depth + 1);
      });
      return;
    default:
      report(check, "SCHEMA_KEYWORD_UNSUPPORTED", at, `the keyword ${keyword} is not supported`);
  }
}

/** Finds references by which a schema would check the same value for ever. */
function findCycles(check: Check): void {
  const done = new Set<string>();
  const open = new Set<string>();
  const follow = (pointer: string): void => {
    if (done.has(pointer)) return;
    if (open.size >= chainMax) {
      report(check, "SCHEMA_TOO_DEEP", pointer, `more than ${chainMax} references follow on one another`);
      return;
    }
    if (open.has(pointer)) {
      report(
        check,
        "SCHEMA_REF_CYCLE",
        pointer,
        "the references of this schema lead back to it without going into the value",
      );
      return;
    }
    open.add(pointer);
    for (const next of check.places.get(pointer) ?? []) follow(next);
    open.delete(pointer);
    done.add(pointer);
  };
  for (const pointer of check.places.keys()) follow(pointer);
}

function report(check: Check, code: SchemaErrorCode, pointer: string, message: string): void {
  if (check.problems.length < problemsMax) check.problems.push({ code, pointer, message });
}
