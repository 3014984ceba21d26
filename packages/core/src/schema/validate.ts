import { canonicalJson } from "../canonical/canonical-json.ts";
import { jsonBytes } from "../canonical/json-bytes.ts";
import { expressionErrors } from "../expression/codes.ts";
import { Fault, spend } from "../expression/run.ts";
import { isJsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { hasFormat } from "./formats.ts";
import { isMultipleOf } from "./multiple-of.ts";
import { resolveRef } from "./resolve.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { Meter } from "../expression/run.ts";
import { schemaErrors } from "./codes.ts";
import type { SchemaErrorCode } from "./codes.ts";
import type { SchemaIssue, SchemaProblem } from "./problem.ts";

export interface ValidateOptions {
  /** Units of fuel that the check may use. */
  readonly fuel?: number;
}

export type MeteredValidation =
  | { readonly problems: SchemaProblem[]; readonly error?: undefined; readonly fuelUsed: number }
  | {
      readonly problems?: undefined;
      readonly error: { readonly code: "EXPR_FUEL"; readonly message: string };
      readonly fuelUsed: number;
    };

/** The fuel of a check that no step pays for. */
export const validateFuel = 2_000_000;

const problemsMax = 50;
const depthMax = 512;
const { max } = Math;
const isArray = Array.isArray;
const isInteger = Number.isInteger;
const hasOwn = Object.hasOwn;
const keysOf = Object.keys;
const ValueSet = Set;

/**
 * What is wrong with `value` by `schema`, at most 50 problems in the order of the value; none when it is valid. The
 * schema must have passed `checkSchema`. A check that takes too much work ends with the one problem EXPR_FUEL.
 */
export function validate(schema: Json, value: Json | undefined, options: ValidateOptions = {}): SchemaIssue[] {
  const { problems, error } = validateMetered(schema, value, options);
  if (error !== undefined) return [issueOf({ code: error.code, pointer: "", message: error.message })];
  return problems.map(issueOf);
}

function issueOf({ code, pointer, message }: SchemaProblem): SchemaIssue {
  const { remedy } = code === "EXPR_FUEL" ? expressionErrors.EXPR_FUEL : schemaErrors[code];
  return { code, severity: "error", pointer, message, remedy };
}

/** `validate` with the fuel that it used, the same on every machine. */
export function validateMetered(
  schema: Json,
  value: Json | undefined,
  options: ValidateOptions = {},
): MeteredValidation {
  const fuel = max(options.fuel ?? validateFuel, 0);
  const meter: Meter = { fuel };
  const check: Check = { root: schema, meter, depth: 0 };
  const problems: SchemaProblem[] = [];
  try {
    if (value === undefined) report(problems, "SCHEMA_REQUIRED", "", "there must be a value");
    else checkValue(check, schema, value, "", problems);
    return { problems, fuelUsed: fuel - meter.fuel };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === "EXPR_FUEL") {
      return { error: { code: "EXPR_FUEL", message: "The check of the value used up its fuel." }, fuelUsed: fuel };
    }
    const message = "the schema and the value are nested too deeply";
    return { problems: [{ code: "SCHEMA_TOO_DEEP", pointer: "", message }], fuelUsed: fuel - meter.fuel };
  }
}

interface Check {
  readonly root: Json;
  readonly meter: Meter;
  depth: number;
}

/** Checks one value, and adds what is wrong to `problems`; without them it only says whether something is. */
function checkValue(
  check: Check,
  schema: Json,
  value: Json,
  pointer: string,
  problems: SchemaProblem[] | undefined,
): boolean {
  spend(check.meter, 1);
  if (schema === true) return true;
  if (schema === false) return report(problems, "SCHEMA_FALSE", pointer, "no value is allowed here");
  if (!isJsonObject(schema)) return true;
  // A reference to a large value stands for the value: whoever made it has checked it.
  if (isJsonObject(value) && hasOwn(value, "$blob")) return true;
  if (check.depth >= depthMax) throw new Fault("EXPR_DEPTH", "");
  check.depth += 1;
  let valid = true;
  for (const keyword of keysOf(schema)) {
    if (checkKeyword(check, keyword, schema, value, pointer, problems)) continue;
    valid = false;
    if (problems === undefined || problems.length >= problemsMax) break;
  }
  check.depth -= 1;
  return valid;
}

function checkKeyword(
  check: Check,
  keyword: string,
  schema: JsonObject,
  value: Json,
  pointer: string,
  problems: SchemaProblem[] | undefined,
): boolean {
  const rule = schema[keyword] as Json;
  switch (keyword) {
    case "type":
      if (hasType(rule, value)) return true;
      return report(
        problems,
        "SCHEMA_TYPE",
        pointer,
        `must be ${isArray(rule) ? (rule as string[]).join(" or ") : (rule as string)}`,
      );
    case "enum":
      if ((rule as Json[]).some((allowed) => equal(check, allowed, value))) return true;
      return report(problems, "SCHEMA_ENUM", pointer, `must be one of ${allowedText(rule as Json[])}`);
    case "const":
      return equal(check, rule, value) || report(problems, "SCHEMA_CONST", pointer, `must be ${allowedText([rule])}`);
    case "$ref":
      return checkValue(check, resolveRef(check.root, rule as string) ?? false, value, pointer, problems);
    case "allOf":
      return all(rule as Json[], (part) => checkValue(check, part, value, pointer, problems), problems);
    case "anyOf":
      if ((rule as Json[]).some((part) => checkValue(check, part, value, pointer, undefined))) return true;
      return report(problems, "SCHEMA_ANY_OF", pointer, "must fit at least one of the alternatives");
    case "oneOf": {
      let fitting = 0;
      for (const part of rule as Json[]) if (checkValue(check, part, value, pointer, undefined)) fitting += 1;
      if (fitting === 1) return true;
      return report(
        problems,
        "SCHEMA_ONE_OF",
        pointer,
        `must fit exactly one of the alternatives, and fits ${fitting}`,
      );
    }
    case "not":
      if (!checkValue(check, rule, value, pointer, undefined)) return true;
      return report(problems, "SCHEMA_NOT", pointer, "must not fit the excluded schema");
    case "if": {
      const branch = checkValue(check, rule, value, pointer, undefined) ? "then" : "else";
      return !hasOwn(schema, branch) || checkValue(check, schema[branch] as Json, value, pointer, problems);
    }
    default:
      break;
  }
  if (typeof value === "number") return checkNumber(check, keyword, rule, value, pointer, problems);
  if (typeof value === "string") return checkText(check, keyword, rule, value, pointer, problems);
  if (isArray(value)) return checkArray(check, keyword, rule, schema, value, pointer, problems);
  return isJsonObject(value) ? checkObject(check, keyword, rule, schema, value, pointer, problems) : true;
}

const allowedShownMax = 12;
const allowedTextMax = 60;

/** Allowed values as a message lists them. */
function allowedText(values: readonly Json[]): string {
  const texts: string[] = [];
  for (let i = 0; i < values.length && i < allowedShownMax; i += 1) {
    const text = canonicalJson(values[i]);
    texts.push(text.length > allowedTextMax ? text.slice(0, allowedTextMax - 3) + "..." : text);
  }
  if (values.length > allowedShownMax) texts.push("...");
  return texts.join(", ");
}

function checkNumber(
  check: Check,
  keyword: string,
  rule: Json,
  value: number,
  pointer: string,
  problems: SchemaProblem[] | undefined,
): boolean {
  const limit = rule as number;
  switch (keyword) {
    case "minimum":
      return value >= limit || report(problems, "SCHEMA_RANGE", pointer, `must be at least ${limit}`);
    case "maximum":
      return value <= limit || report(problems, "SCHEMA_RANGE", pointer, `must be at most ${limit}`);
    case "exclusiveMinimum":
      return value > limit || report(problems, "SCHEMA_RANGE", pointer, `must be more than ${limit}`);
    case "exclusiveMaximum":
      return value < limit || report(problems, "SCHEMA_RANGE", pointer, `must be less than ${limit}`);
    case "multipleOf":
      spend(check.meter, 4);
      return (
        isMultipleOf(value, limit) || report(problems, "SCHEMA_MULTIPLE", pointer, `must be a multiple of ${limit}`)
      );
    default:
      return true;
  }
}

function checkText(
  check: Check,
  keyword: string,
  rule: Json,
  value: string,
  pointer: string,
  problems: SchemaProblem[] | undefined,
): boolean {
  switch (keyword) {
    case "minLength":
      spend(check.meter, value.length >> 6);
      return (
        characters(value) >= (rule as number) ||
        report(problems, "SCHEMA_LENGTH", pointer, `must have at least ${`${rule as string | number}`} characters`)
      );
    case "maxLength":
      spend(check.meter, value.length >> 6);
      return (
        characters(value) <= (rule as number) ||
        report(problems, "SCHEMA_LENGTH", pointer, `must have at most ${`${rule as string | number}`} characters`)
      );
    case "format":
      spend(check.meter, value.length >> 5);
      return (
        hasFormat(rule as string, value) ||
        report(problems, "SCHEMA_FORMAT", pointer, `must be a ${`${rule as string | number}`}`)
      );
    default:
      return true;
  }
}

function checkArray(
  check: Check,
  keyword: string,
  rule: Json,
  schema: JsonObject,
  value: readonly Json[],
  pointer: string,
  problems: SchemaProblem[] | undefined,
): boolean {
  switch (keyword) {
    case "items": {
      const from = isArray(schema["prefixItems"]) && hasOwn(schema, "prefixItems") ? schema["prefixItems"].length : 0;
      return all(value, (item, i) => i < from || checkValue(check, rule, item, pointer + "/" + i, problems), problems);
    }
    case "prefixItems": {
      const parts = rule as Json[];
      return all(
        value.slice(0, parts.length),
        (item, i) => checkValue(check, parts[i] as Json, item, pointer + "/" + i, problems),
        problems,
      );
    }
    case "minItems":
      return (
        value.length >= (rule as number) ||
        report(problems, "SCHEMA_COUNT", pointer, `must have at least ${`${rule as string | number}`} elements`)
      );
    case "maxItems":
      return (
        value.length <= (rule as number) ||
        report(problems, "SCHEMA_COUNT", pointer, `must have at most ${`${rule as string | number}`} elements`)
      );
    case "uniqueItems":
      return (
        rule !== true ||
        areUnique(check, value) ||
        report(problems, "SCHEMA_UNIQUE", pointer, "must not have an element twice")
      );
    default:
      return true;
  }
}

function checkObject(
  check: Check,
  keyword: string,
  rule: Json,
  schema: JsonObject,
  value: JsonObject,
  pointer: string,
  problems: SchemaProblem[] | undefined,
): boolean {
  switch (keyword) {
    case "properties": {
      const properties = rule as JsonObject;
      const known = keysOf(properties).filter((key) => hasOwn(value, key));
      spend(check.meter, keysOf(properties).length >> 2);
      return all(
        known,
        (key) => checkValue(check, properties[key] as Json, value[key] as Json, pointer + pointerToken(key), problems),
        problems,
      );
    }
    case "required": {
      spend(check.meter, (rule as Json[]).length >> 2);
      const missing = (rule as string[]).filter((key) => !hasOwn(value, key));
      return all(
        missing,
        (key) => report(problems, "SCHEMA_REQUIRED", pointer + pointerToken(key), "must be there"),
        problems,
      );
    }
    case "additionalProperties": {
      const named = hasOwn(schema, "properties") ? (schema["properties"] as JsonObject) : {};
      spend(check.meter, keysOf(value).length >> 2);
      const others = keysOf(value).filter((key) => !hasOwn(named, key));
      return all(
        others,
        (key) =>
          rule === false
            ? report(problems, "SCHEMA_ADDITIONAL", pointer + pointerToken(key), "is not a known member")
            : checkValue(check, rule, value[key] as Json, pointer + pointerToken(key), problems),
        problems,
      );
    }
    default:
      return true;
  }
}

/** Whether every item passes; stops at the first that does not when nobody wants to know which. */
function all<Item>(
  items: readonly Item[],
  passes: (item: Item, index: number) => boolean,
  problems: readonly SchemaProblem[] | undefined,
): boolean {
  let valid = true;
  for (let i = 0; i < items.length; i += 1) {
    if (passes(items[i] as Item, i)) continue;
    valid = false;
    if (problems === undefined || problems.length >= problemsMax) return false;
  }
  return valid;
}

/** Adds a problem, and says that the value is not valid. */
function report(problems: SchemaProblem[] | undefined, code: SchemaErrorCode, pointer: string, message: string): false {
  if (problems !== undefined && problems.length < problemsMax) problems.push({ code, pointer, message });
  return false;
}

function hasType(rule: Json, value: Json): boolean {
  return isArray(rule) ? rule.some((type) => isOfType(type as string, value)) : isOfType(rule as string, value);
}

function isOfType(type: string, value: Json): boolean {
  switch (type) {
    case "string":
    case "number":
    case "boolean":
      return typeof value === type;
    case "integer":
      return isInteger(value);
    case "null":
      return value === null;
    case "array":
      return isArray(value);
    default:
      return type === "object" && isJsonObject(value);
  }
}

function equal(check: Check, a: Json, b: Json): boolean {
  spend(check.meter, 1);
  if (typeof a === "string" && typeof b === "string" && a.length === b.length) spend(check.meter, a.length >> 6);
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || isArray(a) !== isArray(b))
    return false;
  return textOf(check, a) === textOf(check, b);
}

/** Elements meet in sets: scalars as they are, arrays and objects by their canonical text. Not quadratic. */
function areUnique(check: Check, items: readonly Json[]): boolean {
  const scalars = new ValueSet<Json>();
  const texts = new ValueSet<string>();
  for (const item of items) {
    spend(check.meter, 1);
    if (typeof item === "object" && item !== null) texts.add(textOf(check, item));
    else scalars.add(item);
  }
  return scalars.size + texts.size === items.length;
}

function textOf(check: Check, value: Json): string {
  spend(check.meter, 1 + (jsonBytes(value) >> 4));
  return canonicalJson(value);
}

function characters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const isPair =
      unit >= 0xd800 && unit <= 0xdbff && text.charCodeAt(i + 1) >= 0xdc00 && text.charCodeAt(i + 1) <= 0xdfff;
    if (isPair) i += 1;
    count += 1;
  }
  return count;
}
