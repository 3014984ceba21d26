import { resolveRef } from "../schema/resolve.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { redactedPlaceholder } from "./placeholder.ts";

/** Called for each value that the schema declares sensitive; what it returns stands there instead. */
type OnSensitive = (value: Json) => Json;

const isArray = Array.isArray;
const hasOwn = Object.hasOwn;
const depthMax = 512;
/** Keywords whose schemas speak of the same value. Whether one of them holds makes no difference: masking too much is no harm. */
const ofSameValue = ["not", "if", "then", "else"] as const;
const listsOfSameValue = ["allOf", "anyOf", "oneOf"] as const;

/** Whether anything in the schema is declared `sensitive: true`. */
export function hasSensitive(schema: Json | undefined): boolean {
  if (isArray(schema)) return schema.some((item) => hasSensitive(item));
  if (!isJsonObject(schema)) return false;
  return schema["sensitive"] === true || Object.values(schema).some((member) => hasSensitive(member as Json));
}

/** `value` with a placeholder for each value that the schema declares sensitive, whatever kind of value it is. */
export function maskBySchema(schema: Json | undefined, value: Json): Json {
  return schema === undefined ? value : walk(schema, schema, value, () => redactedPlaceholder, 0);
}

/** The values that the schema declares sensitive, as they stand in `value`. */
export function sensitiveValues(schema: Json | undefined, value: Json): Json[] {
  const found: Json[] = [];
  if (schema !== undefined) {
    walk(
      schema,
      schema,
      value,
      (one) => {
        found.push(one);
        return one;
      },
      0,
    );
  }
  return found;
}

function walk(root: Json, schema: Json, value: Json, onSensitive: OnSensitive, depth: number): Json {
  if (!isJsonObject(schema) || depth > depthMax) return value;
  if (schema["sensitive"] === true) return onSensitive(value);
  let result = value;
  const same = (inner: Json | undefined): void => {
    if (inner !== undefined) result = walk(root, inner, result, onSensitive, depth + 1);
  };
  if (typeof schema["$ref"] === "string") same(resolveRef(root, schema["$ref"]));
  for (const keyword of ofSameValue) same(schema[keyword] as Json | undefined);
  for (const keyword of listsOfSameValue) {
    const inner = schema[keyword];
    if (isArray(inner)) for (const one of inner) same(one as Json);
  }
  if (isArray(result)) return walkItems(root, schema, result, onSensitive, depth);
  return isJsonObject(result) ? walkMembers(root, schema, result, onSensitive, depth) : result;
}

function walkItems(
  root: Json,
  schema: JsonObject,
  items: readonly Json[],
  onSensitive: OnSensitive,
  depth: number,
): Json {
  const prefix = isArray(schema["prefixItems"]) ? (schema["prefixItems"] as Json[]) : [];
  const rest = schema["items"] as Json | undefined;
  if (prefix.length === 0 && rest === undefined) return items as Json;
  return items.map((item, index) => {
    const inner = index < prefix.length ? prefix[index] : rest;
    return inner === undefined ? item : walk(root, inner, item, onSensitive, depth + 1);
  });
}

function walkMembers(root: Json, schema: JsonObject, value: JsonObject, onSensitive: OnSensitive, depth: number): Json {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : undefined;
  const others = schema["additionalProperties"] as Json | undefined;
  if (properties === undefined && !isJsonObject(others)) return value;
  const result: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    const inner = properties !== undefined && hasOwn(properties, key) ? (properties[key] as Json) : others;
    const member = value[key] as Json;
    result[key] = inner === undefined ? member : walk(root, inner, member, onSensitive, depth + 1);
  }
  return result;
}
