import { stepKinds } from "../definition/any-step.ts";
import { definitionSchema } from "../definition/definition.ts";
import type { ShapeProblem } from "../definition/definition.ts";
import { schemaAt } from "../definition/schema-at.ts";
import type { DefinitionProblem } from "../definition/value.ts";
import { shown, typeName } from "../definition/value.ts";
import { errors } from "../errors/errors.ts";
import type { ErrorCode } from "../errors/errors.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { didYouMean, nearestName } from "../values/nearest.ts";

export interface ShapeIssue {
  readonly code: ErrorCode;
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

/** What zod found, in the words of an author. */
export function shapeIssue(issue: ShapeProblem, document: Json): ShapeIssue[] {
  const path = issue.path.filter((key) => typeof key !== "symbol");
  const pointer = path.map(pointerToken).join("");
  const given = valueAt(document, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.slice(0, keysMax).map((key) => unknownKey(key, path, document));
    case "custom":
      return [custom(issue, pointer)];
    case "invalid_type":
      return [given === undefined ? missing(path, document) : wrongType(issue.expected, given, path)];
    case "invalid_union":
      if (issue.discriminator !== undefined)
        return [given === undefined ? missing(path, document) : unknownStepType(given, pointer)];
      return [given === undefined ? missing(path, document) : notAllowed(path, document, given)];
    case "invalid_value":
      return [given === undefined ? missing(path, document) : noChoice(issue.values, given, path)];
    case "invalid_key":
      return [entry("FIELD_INVALID", pointer, "This key is empty or longer than 500 characters.")];
    case "too_small":
    case "too_big":
      return [outOfBounds(issue, path, given)];
    default:
      return [notAllowed(path, document, given)];
  }
}

/** Of the unknown keys of one object, as many are reported. */
const keysMax = 100;

type Path = readonly (string | number)[];

function entry(code: ErrorCode, pointer: string, message: string, remedy: string = errors[code].remedy): ShapeIssue {
  return { code, pointer, message, remedy };
}

function custom(issue: Extract<ShapeProblem, { code: "custom" }>, pointer: string): ShapeIssue {
  const problem = issue.params?.["problem"] as DefinitionProblem;
  const code = problem.code as ErrorCode;
  return entry(code, pointer + problem.pointer, problem.message, problem.remedy ?? errors[code].remedy);
}

/** The pointer names the field, though it is not there: what a form or editor would have to fill in. */
function missing(path: Path, document: Json): ShapeIssue {
  const field = String(path.at(-1));
  const around = path.slice(0, -1);
  const holder = valueAt(document, around);
  const type = isJsonObject(holder) && typeof holder["type"] === "string" ? holder["type"] : undefined;
  const pointer = path.map(pointerToken).join("");
  if (type === "event.wait" && field === "correlationKey") {
    return entry("CORRELATION_KEY_MISSING", pointer, "This event.wait has no correlationKey.");
  }
  if (type === "control.while" && field === "maxIterations") {
    return entry("MAX_ITERATIONS_MISSING", pointer, "This control.while has no maxIterations.");
  }
  const where = placeName(around, type);
  return entry("FIELD_MISSING", pointer, `"${field}" is missing in ${where}.`, `Add "${field}".`);
}

function unknownKey(key: string, path: Path, document: Json): ShapeIssue {
  const holder = valueAt(document, path);
  const type = isJsonObject(holder) && typeof holder["type"] === "string" ? holder["type"] : undefined;
  const known = schemaAt(definitionSchema(), path, document)?.keys ?? [];
  const free = known.filter((name) => !(isJsonObject(holder) && Object.hasOwn(holder, name)));
  const near = nearestName(key, free) ?? nearestName(key, known);
  const message = `"${shown(key)}" is no key of ${placeName(path, type)}.${near === undefined ? "" : ` Did you mean "${near}"?`}`;
  const remedy = near === undefined ? `Remove it. Known keys: ${known.join(", ")}.` : `Write "${near}", or remove it.`;
  return entry("FIELD_UNKNOWN", path.map(pointerToken).join("") + pointerToken(key), message, remedy);
}

function unknownStepType(given: Json, pointer: string): ShapeIssue {
  const types = Object.keys(stepKinds());
  if (typeof given !== "string") return entry("FIELD_TYPE", pointer, `"type" must be text, and is ${typeName(given)}.`);
  const message = `There is no type of step "${shown(given)}".${didYouMean(given, types)}`;
  return entry("STEP_TYPE_UNKNOWN", pointer, message, `Use one of: ${types.join(", ")}.`);
}

const typeWords: { readonly [expected: string]: string } = {
  object: "an object",
  record: "an object",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function wrongType(expected: string, given: Json, path: Path): ShapeIssue {
  const wanted = typeWords[expected] ?? expected;
  const whole = expected === "int" && typeof given === "number";
  const found = whole ? String(given) : typeName(given);
  const name = fieldName(path);
  const remedy = given === null && path.length > 0 ? `Remove ${name}, or write ${wanted}.` : `Write ${wanted}.`;
  return entry("FIELD_TYPE", path.map(pointerToken).join(""), `${name} must be ${wanted}, and is ${found}.`, remedy);
}

function noChoice(choices: readonly unknown[], given: Json, path: Path): ShapeIssue {
  const words = choices.map((choice) => (typeof choice === "string" ? `"${choice}"` : String(choice)));
  const near =
    typeof given === "string"
      ? didYouMean(
          given,
          choices.filter((choice) => typeof choice === "string"),
        )
      : "";
  const found =
    typeof given === "string" ? `"${shown(given)}"` : typeof given === "number" ? String(given) : typeName(given);
  return entry(
    "FIELD_INVALID",
    path.map(pointerToken).join(""),
    `${fieldName(path)} is one of ${words.join(", ")}, and not ${found}.${near}`,
    `Use one of: ${words.join(", ")}.`,
  );
}

function outOfBounds(
  issue: Extract<ShapeProblem, { code: "too_small" | "too_big" }>,
  path: Path,
  given: Json | undefined,
): ShapeIssue {
  const [side, bound] = issue.code === "too_small" ? ["at least", issue.minimum] : ["at most", issue.maximum];
  const has =
    issue.origin === "string"
      ? `has ${side} ${bound} ${Number(bound) === 1 ? "character" : "characters"}`
      : issue.origin === "array"
        ? `has ${side} ${bound} ${Number(bound) === 1 ? "entry" : "entries"}`
        : `is ${side} ${bound}`;
  const found = typeof given === "number" ? `, and not ${given}` : "";
  return entry("FIELD_INVALID", path.map(pointerToken).join(""), `${fieldName(path)} ${has}${found}.`);
}

function notAllowed(path: Path, document: Json, given: Json | undefined): ShapeIssue {
  const description = schemaAt(definitionSchema(), path, document)?.description;
  const found =
    typeof given === "string" ? `"${shown(given)}"` : typeof given === "number" ? String(given) : typeName(given);
  const message = `${fieldName(path)} cannot be ${found}.`;
  return entry(
    "FIELD_INVALID",
    path.map(pointerToken).join(""),
    message,
    description === undefined ? errors.FIELD_INVALID.remedy : `What it takes: ${description}`,
  );
}

function fieldName(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "A definition";
  if (typeof last === "number")
    return path.length === 1 ? `Entry ${last}` : `Entry ${last} of "${shown(String(path.at(-2)))}"`;
  return `"${shown(last)}"`;
}

function placeName(path: Path, type: string | undefined): string {
  if (path.length === 0) return "the definition";
  if (type !== undefined && stepTypeIsKnown(type))
    return `${type.startsWith("action") || type.startsWith("event") ? "an" : "a"} ${type} step`;
  const last = path.at(-1);
  if (typeof last !== "number") return `"${shown(String(last))}"`;
  const list = String(path.at(-2));
  const names: { readonly [list: string]: string } = {
    triggers: "a trigger",
    filters: "a filter",
    branches: "a branch",
    cases: "a case",
  };
  return Object.hasOwn(names, list) ? (names[list] as string) : "a step";
}

function stepTypeIsKnown(type: string): boolean {
  return Object.hasOwn(stepKinds(), type);
}

/** What stands there; undefined where nothing does. */
export function valueAt(document: Json, path: Path): Json | undefined {
  let at: Json | undefined = document;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as { readonly [key: string]: Json })[key];
  }
  return at;
}
