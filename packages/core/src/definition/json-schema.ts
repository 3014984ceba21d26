import { z } from "zod";
import type { Json, JsonObject } from "../values/json.ts";
import { inputName, inputSchemas } from "./action-input.ts";
import type { EditedAction } from "./action-input.ts";
import { definitionSchema } from "./definition.ts";
import { scenarioFileSchema } from "./scenario.ts";

/**
 * The JSON Schema (2020-12) of a definition, for editors: shapes, fields and their descriptions. What depends on more
 * than one place (unique ids, targets, expressions) is checked by `parseDefinition` and `compileDefinition` alone.
 * @param actions those whose names and inputs it knows too; a call of any other action remains allowed
 */
export function definitionJsonSchema({
  actions = [],
}: { readonly actions?: readonly EditedAction[] } = {}): JsonObject {
  const defs = defsOf(definitionSchema());
  return {
    $schema: dialect,
    $id: "mainspring.schema.json",
    description: "A workflow of Mainspring.",
    $ref: "#/$defs/Definition",
    $defs: { ...defs, ...forms, ...actionSchemas(defs["ActionCallStep"] as JsonObject, actions) },
  };
}

/** The JSON Schema (2020-12) of a file of scenarios, for editors. What depends on the workflow is checked by `mainspring test`. */
export function scenarioFileJsonSchema(): JsonObject {
  return {
    $schema: dialect,
    $id: "mainspring.scenarios.schema.json",
    description: "Scenarios of a workflow of Mainspring.",
    $ref: "#/$defs/ScenarioFile",
    $defs: { ...withAnyKey(defsOf(scenarioFileSchema())), ...forms },
  };
}

/** Keys are texts by nature; an editor that reads YAML would take the turn of a loop, `1`, for a number. */
function withAnyKey(defs: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(defs, (key, part: unknown) => {
      if (key !== "propertyNames") return part;
      const { type: _, ...others } = part as JsonObject;
      return Object.keys(others).length === 0 ? undefined : others;
    }),
  ) as JsonObject;
}

const dialect = "https://json-schema.org/draft/2020-12/schema";

/** The named parts of a schema, itself among them. */
function defsOf(schema: z.ZodType): JsonObject {
  const { $defs } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    override: ({ zodSchema, jsonSchema }) => {
      const id = (zodSchema as unknown as z.ZodType).meta()?.id;
      if (id !== undefined && Object.hasOwn(handWritten, id)) Object.assign(jsonSchema, handWritten[id]);
      if (id === "When" || id === "TimeWaitStep")
        Object.assign(jsonSchema, { oneOf: timeForms.map((form) => ({ required: [form] })) });
      if (id === "MockAnswer") Object.assign(jsonSchema, { oneOf: answerForms.map((form) => ({ required: [form] })) });
    },
  }) as unknown as { $defs: JsonObject };
  return $defs;
}

/** The step that calls an action, with what is known of actions, and the inputs of those. */
function actionSchemas(step: JsonObject, actions: readonly EditedAction[]): JsonObject {
  if (actions.length === 0) return {};
  const properties = step["properties"] as JsonObject;
  const { description, ...anyName } = properties["action"] as JsonObject;
  const names = actions.map(({ id, title, description: about }): Json => {
    const told = [title, about].filter((text) => text !== undefined).join(". ");
    return told === "" ? { const: id } : { const: id, description: told };
  });
  const known: JsonObject = {
    ...step,
    properties: { ...properties, action: { description: description as Json, anyOf: [...names, anyName] } },
    allOf: actions.map((one) => ({
      if: { properties: { action: { const: one.id } }, required: ["action"] },
      then: { properties: { input: { $ref: "#/$defs/" + inputName(one) } } },
    })),
  };
  const inputs = actions.map(inputSchemas);
  return { ActionCallStep: known, ...Object.assign({}, ...inputs) } as JsonObject;
}

const answerForms = ["output", "fail", "never"];
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
