import { z } from "zod";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { keyIsRefused } from "../values/keys.ts";
import { pointerToken } from "../values/pointer.ts";
import { valueForm } from "../values/value-form.ts";

/**
 * A value as an author writes it: a literal, `{ $expr: "..." }`, `{ $secret: name, format? }`, `{ $literal: ... }`, or an
 * object or array that contains them.
 */
export type ValueDefinition = Json;

/** What a literal in this place may be; an expression may stand in any of them. */
export type ValueKind = "any" | "condition" | "number" | "text" | "items" | "people";

/** What a schema check of ours hands over to the translation of zod's issues. */
export interface DefinitionProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  /** Relative to the value that was checked. */
  readonly pointer: string;
}

/** The shape of a value whose literals are of one kind. Nothing is said about the expressions in it. */
export function value(kind: ValueKind = "any"): z.ZodType<ValueDefinition> {
  return schemas[kind];
}

const schemas: { readonly [kind in ValueKind]: z.ZodType<ValueDefinition> } = {
  any: valueSchema("any", "Value"),
  condition: valueSchema("condition", "Condition"),
  number: valueSchema("number", "NumberValue"),
  text: valueSchema("text", "TextValue"),
  items: valueSchema("items", "ItemsValue"),
  people: valueSchema("people", "PeopleValue"),
};

function valueSchema(kind: ValueKind, id: string): z.ZodType<ValueDefinition> {
  return z
    .unknown()
    .superRefine((given, context) => {
      if (given === undefined) return;
      for (const problem of valueProblems(given as ValueDefinition, kind)) {
        context.addIssue({ code: "custom", message: problem.message, params: { problem } });
      }
    })
    .meta({ id }) as z.ZodType<ValueDefinition>;
}

const formKeys: { readonly [form: string]: readonly string[] } = {
  $expr: ["$expr"],
  $secret: ["$secret", "format"],
  $literal: ["$literal"],
};

/** Objects and lists of one value nest at most this deep. */
export const valueNestingMax = 64;

/** What is wrong with the `$` forms of a value, and with the type of its literal. */
export function valueProblems(given: ValueDefinition, kind: ValueKind): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  visit(given, "", 0, problems);
  const wanted = literalProblem(given, kind);
  if (wanted !== undefined && problems.length === 0) problems.push(wanted);
  return problems;
}

function visit(given: ValueDefinition, pointer: string, depth: number, problems: DefinitionProblem[]): void {
  if (typeof given !== "object" || given === null) return;
  if (depth >= valueNestingMax) {
    problems.push({
      code: "DEFINITION_TOO_LARGE",
      pointer,
      message: `Objects and lists of a value are nested more than ${valueNestingMax} deep here.`,
    });
    return;
  }
  if (Array.isArray(given)) {
    for (let i = 0; i < given.length; i += 1) visit(given[i] as Json, pointer + "/" + i, depth + 1, problems);
    return;
  }
  const keys = Object.keys(given);
  const form = keys.find((key) => Object.hasOwn(formKeys, key));
  if (form !== undefined) {
    formProblems(given, form, keys, pointer, problems);
    if (form === "$literal" && depthOf(given[form] as Json) + depth > valueNestingMax) {
      problems.push({
        code: "DEFINITION_TOO_LARGE",
        pointer,
        message: `Objects and lists of a value are nested more than ${valueNestingMax} deep here.`,
      });
    }
    return;
  }
  for (const key of keys) {
    // A key that is never accepted is reported where it is read.
    if (key.startsWith("$") && !keyIsRefused(key)) {
      problems.push({
        code: "VALUE_KEY_UNKNOWN",
        pointer: pointer + pointerToken(key),
        message: `"${shown(key)}" is no form of a value; there are $expr, $secret and $literal.`,
        remedy:
          'Write { $expr: "..." } for an expression, or quote the object as { $literal: ... } if it is meant as it stands.',
      });
      continue;
    }
    visit(given[key] as Json, pointer + pointerToken(key), depth + 1, problems);
  }
}

function depthOf(given: Json): number {
  if (typeof given !== "object" || given === null) return 0;
  let deepest = 0;
  for (const member of Object.values(given)) deepest = Math.max(deepest, depthOf(member));
  return deepest + 1;
}

function formProblems(
  given: JsonObject,
  form: string,
  keys: readonly string[],
  pointer: string,
  problems: DefinitionProblem[],
): void {
  for (const key of keys) {
    if (formKeys[form]?.includes(key)) continue;
    problems.push({
      code: "VALUE_FORM_MIXED",
      pointer: pointer + pointerToken(key),
      message: `"${shown(key)}" stands beside ${form}, which takes ${form === "$secret" ? "only format beside it" : "nothing beside it"}.`,
      remedy: `Move "${shown(key)}" out of the object that holds ${form}.`,
    });
  }
  if (form === "$literal") return;
  const text = given[form];
  // An empty expression is told by whoever compiles it.
  if (typeof text !== "string" || (form === "$secret" && text.trim() === "")) {
    problems.push({
      code: "FIELD_TYPE",
      pointer: pointer + "/" + form,
      message:
        form === "$expr"
          ? "$expr is the text of an expression, and this is none."
          : "$secret is the name of a secret, and this is none.",
      remedy: form === "$expr" ? "Write the expression as text in quotes." : "Write the secret's name as text.",
    });
  }
  const format = given["format"];
  if (form === "$secret" && format !== undefined && !(typeof format === "string" && format.includes("{}"))) {
    problems.push({
      code: "FIELD_INVALID",
      pointer: pointer + "/format",
      message: "The format of a secret is text with {} where the secret goes.",
      remedy: 'Write it like "Bearer {}".',
    });
  }
}

/** A literal of the wrong type: known before any run. */
function literalProblem(given: ValueDefinition, kind: ValueKind): DefinitionProblem | undefined {
  const form = valueForm(given);
  if (form === "expr") return undefined;
  if (form === "secret") {
    return kind === "any"
      ? undefined
      : {
          code: "SECRET_MISPLACED",
          pointer: "",
          message: "A secret can stand only inside the input of an action.",
        };
  }
  const literal = isJsonObject(given) && "$literal" in given ? (given["$literal"] as Json) : given;
  const wanted = wantedLiterals[kind];
  if (wanted === undefined || wanted.holds(literal)) return undefined;
  return {
    code: "FIELD_TYPE",
    pointer: "",
    message: `This must be ${wanted.name} or an expression, and is ${typeName(literal)}.`,
    remedy: `Write ${wanted.name}, or { $expr: "..." } for a value that is known only when the step runs.`,
  };
}

const wantedLiterals: { readonly [kind in ValueKind]?: { readonly name: string; holds(literal: Json): boolean } } = {
  condition: { name: "true or false", holds: (literal) => typeof literal === "boolean" || literal === null },
  number: { name: "a number", holds: (literal) => typeof literal === "number" },
  text: { name: "text", holds: (literal) => typeof literal === "string" },
  people: { name: "a list of names", holds: (literal) => Array.isArray(literal) },
};

/** How messages call the type of a value. */
export function typeName(given: unknown): string {
  if (given === null) return "null";
  if (given === undefined) return "missing";
  if (Array.isArray(given)) return "a list";
  switch (typeof given) {
    case "string":
      return "text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return "an object";
  }
}

/** Text of authors as messages quote it: at most 80 characters. */
export function shown(text: string): string {
  return text.length <= 80 ? text : text.slice(0, 77) + "...";
}
