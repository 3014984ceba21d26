import { shown } from "../definition/value.ts";
import type { Value } from "../program/program.ts";
import { validate } from "../schema/validate.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import type { CompileContext, StepPlace } from "./compile-context.ts";
import { didYouMean } from "../values/nearest.ts";

/**
 * Checks what is known of an input at publish against the schema of what it is for: its literals, and the keys of its
 * objects. What expressions will give is left to the call.
 */
export function checkLiteralInput(c: CompileContext, input: Value, schema: JsonObject, place: StepPlace): void {
  check(input, schema, "/input", (field, message) => c.error("INPUT_LITERAL_INVALID", place, field, message));
}

/** The same for what a trigger makes of an event. It is a warning: by hand the workflow can be started all the same. */
export function checkTriggerPayload(c: CompileContext, payload: Value, schema: JsonObject, place: StepPlace): void {
  check(payload, schema, "/payload", (field, message) =>
    c.warning("INPUT_LITERAL_INVALID", place, field, message, "Correct it: as it stands, the trigger starts no run."),
  );
}

type Say = (field: string, message: string) => void;

function check(input: Value, schema: JsonObject, field: string, say: Say): void {
  // References lead from the root of the schema: with them only a whole literal can be checked.
  if (input.kind !== "literal" && refers(schema)) return;
  checkValue(input, schema, field, say);
}

function refers(schema: Json): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (isJsonObject(schema) && typeof schema["$ref"] === "string") return true;
  return Object.values(schema).some(refers);
}

function checkValue(value: Value, schema: Json, field: string, say: Say): void {
  switch (value.kind) {
    case "literal": {
      for (const issue of validate(schema, value.value)) {
        say(field + issue.pointer, `This does not fit its schema: ${issue.message}.`);
      }
      return;
    }
    case "object":
      checkObject(value.entries, schema, field, say);
      return;
    case "array": {
      const items = isJsonObject(schema) && !("prefixItems" in schema) ? schema["items"] : undefined;
      if (items === undefined || !isJsonObject(schema) || !isSimple(schema)) return;
      value.items.forEach((item, i) => checkValue(item, items, `${field}/${i}`, say));
      return;
    }
    case "expr":
    case "secret":
      return;
  }
}

function checkObject(entries: readonly (readonly [string, Value])[], schema: Json, field: string, say: Say): void {
  if (!isJsonObject(schema) || !isSimple(schema)) return;
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const keys = new Set(entries.map(([key]) => key));
  for (const [key, member] of entries) {
    const at = field + pointerToken(key);
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property !== undefined) checkValue(member, property, at, say);
    else if (schema["additionalProperties"] === false) {
      say(at, `"${shown(key)}" is no field of this input.${didYouMean(key, Object.keys(properties))}`);
    }
  }
  for (const key of Array.isArray(schema["required"]) ? schema["required"] : []) {
    if (typeof key !== "string" || keys.has(key)) continue;
    say(field + pointerToken(key), `"${shown(key)}" is missing in the input.`);
  }
}

// Where alternatives or references decide, only the whole value can be checked: that is left to the call.
const deciding = ["anyOf", "oneOf", "allOf", "not", "if", "$ref"];

function isSimple(schema: JsonObject): boolean {
  return !deciding.some((keyword) => keyword in schema);
}
