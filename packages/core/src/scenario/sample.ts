import { resolveRef } from "../schema/resolve.ts";
import { validate } from "../schema/validate.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

const depthMax = 8;

/** A small value that a schema of the subset allows, as far as one is easily found: to begin a scenario with. */
export function sampleOf(schema: Json): Json {
  return sample(schema, schema, 0) ?? null;
}

function sample(schema: Json | undefined, root: Json, depth: number): Json | undefined {
  if (!isJsonObject(schema) || depth > depthMax) return {};
  const { $ref: ref, examples, enum: choices, const: constant } = schema;
  if (typeof ref === "string") return sample(resolveRef(root, ref), root, depth + 1);
  const stated = [...list(examples), schema["default"], constant, ...list(choices)];
  const fitting = stated.find((value) => value !== undefined && validate(schema, value).length === 0);
  if (fitting !== undefined) return fitting;
  for (const key of ["oneOf", "anyOf"]) {
    const options = list(schema[key]);
    if (options.length > 0) return sample({ ...without(schema, key), ...(options[0] as JsonObject) }, root, depth + 1);
  }
  const all = list(schema["allOf"]).filter(isJsonObject);
  if (all.length > 0) return sample(Object.assign({}, without(schema, "allOf"), ...all) as Json, root, depth + 1);
  return ofType(schema, root, depth);
}

function ofType(schema: JsonObject, root: Json, depth: number): Json {
  const types = list(schema["type"]).length > 0 ? list(schema["type"]) : [schema["type"]];
  switch (types[0]) {
    case "string":
      return text(schema);
    case "integer":
    case "number":
      return number(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    case "array": {
      const count = Math.max(1, numeric(schema["minItems"]) ?? 0);
      const prefix = list(schema["prefixItems"]);
      const items: Json[] = [];
      for (let i = 0; i < count && i < 20; i += 1)
        items.push(sample(prefix[i] ?? schema["items"], root, depth + 1) ?? null);
      return items;
    }
    default: {
      const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
      const required = new Set(list(schema["required"]));
      const object: JsonObject = {};
      for (const key of Object.keys(properties)) {
        const member = required.has(key) ? sample(properties[key], root, depth + 1) : undefined;
        if (member !== undefined) object[key] = member;
      }
      return object;
    }
  }
}

const formats: { readonly [format: string]: string } = {
  date: "2030-01-07",
  "date-time": "2030-01-07T09:00:00Z",
  email: "ada@example.com",
  uri: "https://example.com",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function text(schema: JsonObject): string {
  const format = schema["format"];
  if (typeof format === "string" && Object.hasOwn(formats, format)) return formats[format] as string;
  const least = Math.min(numeric(schema["minLength"]) ?? 0, 1_000);
  return "text".padEnd(least, "x").slice(0, numeric(schema["maxLength"]) ?? 1_000);
}

function number(schema: JsonObject): number {
  const above = numeric(schema["exclusiveMinimum"]);
  const step = numeric(schema["multipleOf"]) ?? 1;
  const least = numeric(schema["minimum"]) ?? (above === undefined ? 1 : above + step);
  const most = numeric(schema["maximum"]) ?? least;
  const found = Math.ceil(Math.min(least, most) / step) * step;
  return found;
}

function numeric(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
