import { z } from "zod";
import type { Json, JsonObject } from "../values/json.ts";
import { definitionSchema } from "./definition.ts";

/**
 * The JSON Schema (2020-12) of a definition, for editors: shapes, fields and their descriptions. What depends on more
 * than one place (unique ids, targets, expressions) is checked by `parseDefinition` and `compileDefinition` alone.
 */
export function definitionJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(definitionSchema(), {
    target: "draft-2020-12",
    override: ({ zodSchema, jsonSchema }) => {
      const id = (zodSchema as unknown as z.ZodType).meta()?.id;
      if (id !== undefined && Object.hasOwn(handWritten, id)) Object.assign(jsonSchema, handWritten[id]);
      if (id === "When" || id === "TimeWaitStep")
        Object.assign(jsonSchema, { oneOf: timeForms.map((form) => ({ required: [form] })) });
    },
  }) as unknown as JsonObject;
  const defs = schema["$defs"] as JsonObject;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "mainspring.schema.json",
    title: "Mainspring workflow definition",
    $ref: "#/$defs/Definition",
    $defs: { ...defs, ...forms },
  };
}

const timeForms = ["durationMs", "until", "business"];

function form(key: string, description: string, more: JsonObject = {}): JsonObject {
  const held: Json = key === "$literal" ? true : { type: "string", minLength: 1 };
  return {
    type: "object",
    description,
    properties: { [key]: held, ...more },
    required: [key],
    additionalProperties: false,
  };
}

const forms: JsonObject = {
  Expression: form("$expr", "An expression, computed when the step runs."),
  Secret: form("$secret", "The name of a secret of the tenant; only inside the input of an action.", {
    format: { type: "string", description: "Text with {} where the secret goes, such as Bearer {}." },
  }),
  Literal: form("$literal", "A value as it stands, whatever its keys."),
};

const expression: Json = { $ref: "#/$defs/Expression" };
const literal: Json = { $ref: "#/$defs/Literal" };

// Values are checked by hand, since zod has no words for their forms: so is their schema written.
const handWritten: { readonly [id: string]: JsonObject } = {
  Value: {
    anyOf: [
      { type: ["string", "number", "boolean", "null"] },
      expression,
      { $ref: "#/$defs/Secret" },
      literal,
      { type: "array", items: { $ref: "#/$defs/Value" } },
      { type: "object", propertyNames: { not: { pattern: "^\\$" } }, additionalProperties: { $ref: "#/$defs/Value" } },
    ],
  },
  Condition: { anyOf: [{ type: ["boolean", "null"] }, expression, literal] },
  NumberValue: { anyOf: [{ type: "number" }, expression, literal] },
  TextValue: { anyOf: [{ type: "string" }, expression, literal] },
  ItemsValue: { $ref: "#/$defs/Value" },
  PeopleValue: { anyOf: [{ type: "array", items: { $ref: "#/$defs/Value" } }, expression, literal] },
};
