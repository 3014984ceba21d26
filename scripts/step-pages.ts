import { stepKind } from "../packages/core/src/definition/any-step.ts";
import { isJsonObject } from "../packages/core/src/values/json.ts";
import type { Json, JsonObject } from "../packages/core/src/values/json.ts";
import { stepExamples } from "./step-examples.ts";
import type { StepExample } from "./step-examples.ts";

/** One page per step type: what it does, its fields, what to know of it and an example. By path in the repository. */
export function stepPages(schema: JsonObject): { readonly [path: string]: string } {
  const pages: { [path: string]: string } = {};
  for (const [type, example] of Object.entries(stepExamples)) {
    pages[`docs/language/steps/${type}.md`] = stepPage(type, example, shapeOf(type, schema));
  }
  return pages;
}

function stepPage(type: string, { notes, example, scenario }: StepExample, shape: JsonObject): string {
  const kind = stepKind(type);
  const required = shape["required"] as string[];
  const rows = Object.entries(shape["properties"] as JsonObject)
    .filter(([field]) => field !== "type")
    .map(([field, part]) => {
      const since = kind?.since === 1 && kind.fieldsSince2.includes(field) ? " Since semantics 2." : "";
      const description = isJsonObject(part) && typeof part["description"] === "string" ? part["description"] : "";
      return `| \`${field}\` | ${required.includes(field) ? "yes" : ""} | ${typeText(part)} | ${cell(description + since)} |`;
    });
  return [
    `# ${type}`,
    "",
    "<!-- Made by scripts/generate-docs.ts; do not edit. -->",
    "",
    `${text(shape["description"])}${kind?.since === 2 ? " Since semantics 2." : ""}`,
    "",
    "| field | required | takes | |",
    "|---|---|---|---|",
    ...rows,
    "",
    ...notes.map((note) => `- ${note}`),
    "",
    "```yaml",
    example,
    "```",
    "",
    "What it does, as [scenarios](../scenarios.md) of a workflow that has nothing else:",
    "",
    "```yaml",
    "scenarios:",
    scenario.replaceAll(/^/gm, "  "),
    "```",
    "",
  ].join("\n");
}

function shapeOf(type: string, schema: JsonObject): JsonObject {
  const shapes = Object.values(schema["$defs"] as JsonObject).filter(isJsonObject);
  const shape = shapes.find(({ properties }) => {
    const named = isJsonObject(properties) ? properties["type"] : undefined;
    return isJsonObject(named) && named["const"] === type;
  });
  if (shape === undefined) throw new Error(`The schema has no step type ${type}.`);
  return shape;
}

const valueNames: { readonly [name: string]: string } = {
  Value: "a value",
  ItemsValue: "a value",
  Condition: "true, false or an expression",
  NumberValue: "a number or an expression",
  TextValue: "text or an expression",
  PeopleValue: "a list or an expression",
  Step: "steps",
  When: "a When",
  Retry: "a retry",
  OnError: "`policy`, `captureErrorAs?`",
  Assign: "targets and values",
  Filter: "filters",
};

function typeText(part: Json | undefined): string {
  if (!isJsonObject(part)) return "";
  if (typeof part["$ref"] === "string") {
    const name = part["$ref"].slice(part["$ref"].lastIndexOf("/") + 1);
    return valueNames[name] ?? name;
  }
  if (Array.isArray(part["enum"])) return part["enum"].map((one) => `\`${text(one)}\``).join(", ");
  if (part["type"] === "array") {
    const items = typeText(part["items"]);
    return items === "steps" || items === "filters" ? items : `a list of ${items}`;
  }
  if (part["type"] === "object" && isJsonObject(part["properties"])) {
    return Object.keys(part["properties"])
      .map((field) => `\`${field}\``)
      .join(", ");
  }
  const names: { readonly [type: string]: string } = {
    string: "text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    object: "an object",
  };
  return names[text(part["type"])] ?? "one of several forms";
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
