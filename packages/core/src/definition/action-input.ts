import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** What an editor is told of an action. */
export interface EditedAction {
  /** `<pack>.<name>@<major>` */
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
  /** Of the values that the action is given, in our subset of JSON Schema. */
  readonly inputSchema: JsonObject;
  /** False: secrets never reach it. */
  readonly secrets?: boolean;
}

/** The name in `$defs` of an action's input as authors write it. */
export function inputName(action: EditedAction): string {
  return `${action.id}.input`;
}

/**
 * The schemas, by their names in `$defs`, of an action's input as authors write it: an expression, a secret or a quoted
 * literal may stand for any part of it. What such a part could break (`not`, `if`) is left to the run.
 */
export function inputSchemas(action: EditedAction): JsonObject {
  const schemas: JsonObject = {};
  const { $defs, ...root } = action.inputSchema;
  schemas[inputName(action)] = authored(root, action);
  for (const [name, schema] of Object.entries(isJsonObject($defs) ? $defs : {}))
    schemas[definitionName(action, name)] = authored(schema, action);
  return schemas;
}

function definitionName(action: EditedAction, name: string): string {
  return `${inputName(action)}.${name}`;
}

/** A part, or one of the forms that stand for it. */
function authored(schema: Json, action: EditedAction): Json {
  if (!isJsonObject(schema)) return schema;
  const { title, description, ...rest } = literal(schema, action);
  const told = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
  // Of a part about which nothing is said, that it is a value at least.
  if (Object.keys(rest).length === 0) return { ...told, $ref: "#/$defs/Value" };
  const forms = action.secrets === false ? ["Expression", "Literal"] : ["Expression", "Secret", "Literal"];
  // Said twice, since editors show it from here when the field is offered and from there when it is written.
  return { ...told, anyOf: [{ ...told, ...rest }, ...forms.map((form): Json => ({ $ref: `#/$defs/${form}` }))] };
}

/** The part itself, with the forms for its own parts. */
function literal(schema: JsonObject, action: EditedAction): JsonObject {
  const out: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    switch (keyword) {
      case "properties":
        out[keyword] = mapped(value, (part) => authored(part, action));
        break;
      case "items":
      case "additionalProperties":
        out[keyword] = authored(value, action);
        break;
      case "prefixItems":
        out[keyword] = listed(value, (part) => authored(part, action));
        break;
      case "allOf":
      case "anyOf":
        out[keyword] = listed(value, (part) => (isJsonObject(part) ? literal(part, action) : part));
        break;
      case "oneOf":
        // An expression in a member can make several of them fit.
        out["anyOf"] = listed(value, (part) => (isJsonObject(part) ? literal(part, action) : part));
        break;
      case "$ref":
        out[keyword] = typeof value === "string" ? moved(value, action) : value;
        break;
      case "not":
      case "if":
      case "then":
      case "else":
      case "$defs":
      case "sensitive":
        break;
      default:
        out[keyword] = value;
    }
  }
  return out;
}

/** A local reference of the action's schema, from the root of the definition's. */
function moved(reference: string, action: EditedAction): string {
  const prefix = "#/$defs/";
  return (
    prefix + (reference.startsWith(prefix) ? definitionName(action, reference.slice(prefix.length)) : inputName(action))
  );
}

function mapped(members: Json, change: (part: Json) => Json): Json {
  if (!isJsonObject(members)) return members;
  return Object.fromEntries(Object.entries(members).map(([name, part]) => [name, change(part)]));
}

function listed(parts: Json, change: (part: Json) => Json): Json {
  return Array.isArray(parts) ? parts.map(change) : parts;
}
