import { resolveRef } from "../../schema/resolve.ts";
import { isJsonObject } from "../../values/json.ts";
import type { Json, JsonObject } from "../../values/json.ts";
import type { Alternative, Kind, Type } from "./type.ts";
import { anything, nothing, typeOfJson, union } from "./type.ts";

/** What a schema says of the values that fit it; of what it says in conditions nothing is used. */
export function typeOfSchema(schema: Json): Type {
  return typeIn(schema, { root: schema, known: new Map() });
}

interface Reading {
  readonly root: Json;
  /** Each part is read once, however often it is referred to. */
  readonly known: Map<Json, Type>;
}

function typeIn(schema: Json, reading: Reading): Type {
  if (schema === false) return nothing;
  if (!isJsonObject(schema)) return anything;
  const known = reading.known.get(schema);
  if (known !== undefined) return known;
  // Stands for itself while it is read: a reference that leads round in a circle says nothing.
  reading.known.set(schema, anything);
  const type = readType(schema, reading);
  reading.known.set(schema, type);
  return type;
}

function readType(schema: JsonObject, reading: Reading): Type {
  const below = (inner: Json): Type => typeIn(inner, reading);
  const parts: Type[] = [];
  if (typeof schema["$ref"] === "string") {
    const target = resolveRef(reading.root, schema["$ref"]);
    if (target !== undefined) parts.push(below(target));
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const among = schema[keyword];
    if (Array.isArray(among)) parts.push(union(...among.map(below)));
  }
  if (Array.isArray(schema["allOf"])) parts.push(...schema["allOf"].map(below));
  return parts.reduce(both, ownType(schema, below));
}

/** What the schema says by itself, without those that it refers to. */
function ownType(schema: JsonObject, below: (inner: Json) => Type): Type {
  const alternatives = kindsIn(schema).map((kind): Alternative => {
    switch (kind) {
      case "object":
        return objectIn(schema, below);
      case "list":
        return { kind, element: () => elementIn(schema, below) };
      default:
        return { kind };
    }
  });
  // Without a type the schema's author has not said what it is, only what an object or list would look like.
  const isSaid = ["type", "enum", "const"].some((keyword) => Object.hasOwn(schema, keyword));
  return isSaid ? alternatives : alternatives.map((one) => ({ ...one, loose: true as const }));
}

const kindByName: { readonly [type: string]: Kind } = {
  string: "text",
  number: "number",
  integer: "number",
  boolean: "boolean",
  null: "null",
  array: "list",
  object: "object",
};
const allKinds: readonly Kind[] = ["text", "number", "boolean", "null", "list", "object"];
const constraints = ["type", "enum", "const", "properties", "additionalProperties", "items", "prefixItems"];

function kindsIn(schema: JsonObject): readonly Kind[] {
  if (!constraints.some((keyword) => Object.hasOwn(schema, keyword))) return ["any"];
  const { type } = schema;
  const named =
    type === undefined ? undefined : (Array.isArray(type) ? type : [type]).map((one) => kindByName[one as string]);
  if (named?.includes(undefined) === true) return ["any"];
  let kinds = named === undefined ? allKinds : [...new Set(named as Kind[])];
  const constants = Array.isArray(schema["enum"])
    ? schema["enum"]
    : "const" in schema
      ? [schema["const"] as Json]
      : undefined;
  if (constants !== undefined) {
    const found = constants.flatMap((value) => typeOfJson(value)).map(({ kind }) => kind);
    kinds = kinds.filter((kind) => found.includes(kind));
  }
  return kinds;
}

function objectIn(schema: JsonObject, below: (inner: Json) => Type): Alternative {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const others = schema["additionalProperties"];
  const member = (name: string): Type => {
    if (Object.hasOwn(properties, name)) return below(properties[name] as Json);
    return others === undefined ? anything : below(others);
  };
  if (others !== false) return { kind: "object", member };
  return {
    kind: "object",
    member,
    names: () => Object.keys(properties).filter((name) => properties[name] !== false),
  };
}

function elementIn(schema: JsonObject, below: (inner: Json) => Type): Type {
  const first = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"].map(below) : [];
  const { items } = schema;
  return union(...first, items === undefined ? anything : below(items));
}

/** What fits both of two types. */
function both(one: Type, other: Type): Type {
  if (one.some(({ kind }) => kind === "any")) return other;
  if (other.some(({ kind }) => kind === "any")) return one;
  // As one of several, so that their number stays small.
  return union(
    one.flatMap((left) => other.filter(({ kind }) => kind === left.kind).map((right) => bothAlternatives(left, right))),
  );
}

function bothAlternatives(left: Alternative, right: Alternative): Alternative {
  const closed = [left.names, right.names].filter((names) => names !== undefined);
  return {
    kind: left.kind,
    ...(left.member === undefined && right.member === undefined
      ? {}
      : { member: (name) => both(left.member?.(name) ?? anything, right.member?.(name) ?? anything) }),
    ...(closed.length === 0
      ? {}
      : { names: () => closed.map((names) => names()).reduce((a, b) => a.filter((name) => b.includes(name))) }),
    ...(left.element === undefined && right.element === undefined
      ? {}
      : { element: () => both(left.element?.() ?? anything, right.element?.() ?? anything) }),
  };
}
