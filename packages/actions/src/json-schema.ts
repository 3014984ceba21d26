import { isJsonObject } from "@mainspring/core";
import type { Json, JsonObject } from "@mainspring/core";
import { z } from "zod";

/** The keywords of our subset of JSON Schema 2020-12. */
export const schemaKeywords: ReadonlySet<string> = new Set([
  "type",
  "enum",
  "const",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "anyOf",
  "oneOf",
  "allOf",
  "not",
  "if",
  "then",
  "else",
  "$defs",
  "$ref",
  "format",
  "title",
  "description",
  "default",
  "examples",
  "sensitive",
]);

const formats: ReadonlySet<string> = new Set(["date", "date-time", "email", "uri", "uuid"]);
const schemaMaps: ReadonlySet<string> = new Set(["properties", "$defs"]);
const schemaLists: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const schemas: ReadonlySet<string> = new Set(["additionalProperties", "items", "not", "if", "then", "else"]);

/**
 * The JSON Schema of a zod type, in our subset. What the subset cannot say (patterns, other formats, rules on the
 * names of members) is left out: the schema then admits more than the action, whose own parse still has the last word.
 * @param io `input` for what is given to an action (members with a default may be left out), `output` for what it returns
 */
export function subsetSchema(type: z.ZodType, io: "input" | "output"): JsonObject {
  const schema = restricted(z.toJSONSchema(type, { target: "draft-2020-12", io, reused: "inline" }) as Json);
  if (!isJsonObject(schema)) throw new TypeError("a schema of an action is a JSON object");
  return schema;
}

function restricted(schema: Json): Json {
  if (!isJsonObject(schema)) return schema;
  const out: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (!schemaKeywords.has(keyword)) continue;
    if (keyword === "format" && !(typeof value === "string" && formats.has(value))) continue;
    out[keyword] = restrictedMember(keyword, value);
  }
  return out;
}

function restrictedMember(keyword: string, value: Json): Json {
  if (schemas.has(keyword)) return restricted(value);
  if (schemaLists.has(keyword) && Array.isArray(value)) return value.map(restricted);
  if (schemaMaps.has(keyword) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, restricted(member)]));
  }
  return value;
}
