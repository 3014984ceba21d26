import { isJsonObject, pointerToken, type Json, type JsonObject, type ReadonlyJson } from "@mainspring/core";

interface FieldCommon {
  /** Where its value stands in the answer; empty: it is the whole answer. */
  readonly pointer: string;
  /** Its name in the object around it. */
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  readonly isRequired: boolean;
}

/** One part of a form, as the schema of the answer asks for it. */
export type Field = FieldCommon &
  (
    | { readonly kind: "text"; readonly input: "text" | "long" | "date" | "email" | "url"; readonly lengthMax?: number }
    | { readonly kind: "number" }
    | { readonly kind: "yes-no" }
    | { readonly kind: "choice"; readonly options: readonly Json[] }
    | { readonly kind: "choices"; readonly options: readonly Json[] }
    | { readonly kind: "lines" }
    | { readonly kind: "group"; readonly fields: readonly Field[] }
    /** What no other kind fits is written as JSON. */
    | { readonly kind: "json" }
  );

/** What stands in the fields, by pointer; of groups nothing. */
export type Draft = { readonly [pointer: string]: string | boolean | readonly string[] };

export interface FieldProblem {
  readonly pointer: string;
  readonly message: string;
}

const nestingMax = 4;
const longTextMin = 200;
/** As many options stand side by side; more are a list to choose from. */
export const sideBySideMax = 4;

export function formOf(schema: ReadonlyJson): Field {
  return fieldOf(schema, schema, { pointer: "", name: "", isRequired: true }, 0);
}

type Place = Pick<FieldCommon, "pointer" | "name" | "isRequired">;

function fieldOf(given: ReadonlyJson, root: ReadonlyJson, place: Place, depth: number): Field {
  const schema = resolved(given, root);
  const common: FieldCommon = {
    ...place,
    label: textOf(schema["title"]) ?? (place.name === "" ? "Answer" : readable(place.name)),
    description: textOf(schema["description"]),
  };
  const options = optionsOf(schema);
  if (options !== undefined) return { ...common, kind: "choice", options };
  switch (typeOf(schema)) {
    case "string":
      return { ...common, kind: "text", input: inputOf(schema), lengthMax: numberOf(schema["maxLength"]) };
    case "number":
    case "integer":
      return { ...common, kind: "number" };
    case "boolean":
      return { ...common, kind: "yes-no" };
    case "array": {
      const items = resolved((schema["items"] ?? true) as ReadonlyJson, root);
      const itemOptions = optionsOf(items);
      // So many as there are options can be ticked; for more of them the same one has to be named twice.
      if (itemOptions !== undefined && (numberOf(schema["minItems"]) ?? 0) <= itemOptions.length)
        return { ...common, kind: "choices", options: itemOptions };
      return typeOf(items) === "string" ? { ...common, kind: "lines" } : { ...common, kind: "json" };
    }
    case "object": {
      const { properties } = schema;
      if (!isJsonObject(properties) || depth >= nestingMax) return { ...common, kind: "json" };
      const required = Array.isArray(schema["required"]) ? schema["required"] : [];
      return {
        ...common,
        kind: "group",
        fields: Object.entries(properties).map(([name, member]) =>
          fieldOf(
            member as Json,
            root,
            { pointer: place.pointer + pointerToken(name), name, isRequired: required.includes(name) },
            depth + 1,
          ),
        ),
      };
    }
    default:
      return { ...common, kind: "json" };
  }
}

/** The schema behind a reference into the same document. */
function resolved(schema: ReadonlyJson, root: ReadonlyJson, hops = 0): JsonObject {
  if (!isJsonObject(schema)) return {};
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#/") || hops > 8) return schema;
  let target: unknown = root;
  for (const token of reference.slice(2).split("/")) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isJsonObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  const { $ref: _reference, ...beside } = schema;
  return { ...resolved((target ?? {}) as Json, root, hops + 1), ...beside } as JsonObject;
}

function typeOf(schema: JsonObject): string | undefined {
  const { type } = schema;
  if (typeof type === "string") return type;
  if (Array.isArray(type)) {
    const types = type.filter((each) => each !== "null");
    return types.length === 1 ? textOf(types[0]) : undefined;
  }
  return "properties" in schema ? "object" : undefined;
}

function optionsOf(schema: JsonObject): readonly Json[] | undefined {
  if ("const" in schema) return [schema["const"] as Json];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

function inputOf(schema: JsonObject): "text" | "long" | "date" | "email" | "url" {
  switch (schema["format"]) {
    case "date":
      return "date";
    case "email":
      return "email";
    case "uri":
      return "url";
    default: {
      const max = numberOf(schema["maxLength"]);
      return max !== undefined && max >= longTextMin ? "long" : "text";
    }
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** `shippingAddress` and `shipping_address` as words. */
function readable(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

export function optionText(option: Json): string {
  return typeof option === "string" ? option : JSON.stringify(option);
}

/** What stands in the fields at first: the schema's defaults. */
export function firstDraft(schema: ReadonlyJson): Draft {
  const draft: Record<string, Draft[string]> = {};
  collectDefaults(schema, schema, "", draft, 0);
  return draft;
}

function collectDefaults(
  given: ReadonlyJson,
  root: ReadonlyJson,
  pointer: string,
  draft: Record<string, Draft[string]>,
  depth: number,
): void {
  const schema = resolved(given, root);
  if ("default" in schema) {
    const { kind } = fieldOf(schema, root, { pointer, name: "", isRequired: false }, depth);
    const value = draftOf(kind, schema["default"] as Json);
    if (value !== undefined) draft[pointer] = value;
  }
  if (!isJsonObject(schema["properties"]) || depth >= nestingMax) return;
  for (const [name, member] of Object.entries(schema["properties"]))
    collectDefaults(member as Json, root, pointer + pointerToken(name), draft, depth + 1);
}

/** How a value stands in a field of this kind; undefined where it cannot. */
function draftOf(kind: Field["kind"], value: Json): Draft[string] | undefined {
  switch (kind) {
    case "json":
      return JSON.stringify(value, null, 2);
    case "yes-no":
      return typeof value === "boolean" ? value : undefined;
    case "choices":
    case "lines":
      return Array.isArray(value) ? value.map(optionText) : undefined;
    case "choice":
      return optionText(value);
    case "text":
    case "number":
      return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
    case "group":
      return undefined;
    default:
      return unreachable(kind);
  }
}

/** The answer that the fields make; what is empty is left out. Problems are of texts that are no value at all. */
export function answerOf(
  field: Field,
  draft: Draft,
): { readonly answer: Json | undefined; readonly problems: readonly FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const answer = valueOf(field, draft, problems);
  return { answer: answer === undefined && field.kind === "group" ? {} : answer, problems };
}

function valueOf(field: Field, draft: Draft, problems: FieldProblem[]): Json | undefined {
  const held = draft[field.pointer];
  switch (field.kind) {
    case "group": {
      const members: JsonObject = {};
      for (const member of field.fields) {
        const value = valueOf(member, draft, problems);
        if (value !== undefined) members[member.name] = value;
      }
      return Object.keys(members).length === 0 && !field.isRequired ? undefined : members;
    }
    case "yes-no":
      return typeof held === "boolean" ? held : undefined;
    case "choices": {
      const chosen = Array.isArray(held) ? held : [];
      const values = field.options.filter((option) => chosen.includes(optionText(option)));
      return values.length === 0 && !field.isRequired ? undefined : values;
    }
    case "lines": {
      const lines = (Array.isArray(held) ? held : String(held ?? "").split("\n")).filter((line) => line.trim() !== "");
      return lines.length === 0 && !field.isRequired ? undefined : lines;
    }
    case "choice":
      return field.options.find((option) => optionText(option) === held);
    case "text":
      return typeof held === "string" && held !== "" ? held : undefined;
    case "number": {
      if (typeof held !== "string" || held.trim() === "") return undefined;
      const number = Number(held.trim().replace(",", "."));
      if (Number.isFinite(number)) return number;
      problems.push({ pointer: field.pointer, message: "this is no number" });
      return undefined;
    }
    case "json": {
      if (typeof held !== "string" || held.trim() === "") return undefined;
      try {
        return JSON.parse(held) as Json;
      } catch {
        problems.push({ pointer: field.pointer, message: "this is not JSON" });
        return undefined;
      }
    }
    default:
      return unreachable(field);
  }
}

function unreachable(field: never): never {
  throw new Error(`no value for ${JSON.stringify(field)}`);
}

/** All fields that hold a value, in their order. */
export function leavesOf(field: Field): readonly Field[] {
  return field.kind === "group" ? field.fields.flatMap(leavesOf) : [field];
}
