import type { ShapeProblem } from "../../definition/definition.ts";
import { scenarioFileSchema } from "../../definition/scenario.ts";
import { schemaAt } from "../../definition/schema-at.ts";
import type { DefinitionProblem } from "../../definition/value.ts";
import { shown, typeName } from "../../definition/value.ts";
import { errors } from "../../errors/errors.ts";
import type { ErrorCode } from "../../errors/errors.ts";
import type { Json } from "../../values/json.ts";
import { isJsonObject } from "../../values/json.ts";
import { pointerToken } from "../../values/pointer.ts";
import { didYouMean } from "../../values/nearest.ts";

export interface ScenarioIssue {
  readonly code: ErrorCode;
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

type Path = readonly (string | number)[];

/** What zod found in a scenario file, in words. */
export function scenarioIssues(problems: readonly ShapeProblem[], document: Json): ScenarioIssue[] {
  const found = problems.flatMap((problem) => formIssues(problem, document, []));
  // What an object lacks is there under another name: the slip is told, and not what follows from it.
  const slips = new Set(
    found
      .filter(({ code }) => code === "FIELD_UNKNOWN")
      .map(({ pointer }) => pointer.slice(0, pointer.lastIndexOf("/"))),
  );
  return found.filter(({ code, pointer }) => code !== "FIELD_INVALID" || !slips.has(pointer));
}

function formIssues(problem: ShapeProblem, document: Json, around: Path): ScenarioIssue[] {
  const path = [...around, ...problem.path.filter((key) => typeof key !== "symbol")];
  const pointer = path.map(pointerToken).join("");
  const given = valueAt(document, path);
  const name = path.length === 0 ? "A scenario file" : `"${shown(String(path.at(-1)))}"`;
  const entry = (code: ErrorCode, message: string, remedy: string = errors[code].remedy): ScenarioIssue[] => [
    { code, pointer, message, remedy },
  ];
  if (given === undefined && problem.code !== "custom")
    return entry("FIELD_MISSING", `${name} is missing.`, `Add ${name}.`);
  switch (problem.code) {
    case "unrecognized_keys": {
      const own = schemaAt(scenarioFileSchema(), path, document)?.keys ?? [];
      const known = own.length > 0 ? own : formKeys;
      return problem.keys.map((key) => ({
        code: "FIELD_UNKNOWN",
        pointer: pointer + pointerToken(key),
        message: `"${shown(key)}" is no key of ${path.length === 0 ? "a scenario file" : name}.${didYouMean(key, known)}`,
        remedy: own.length === 0 ? "Correct or remove it." : `Known keys: ${own.join(", ")}.`,
      }));
    }
    case "custom": {
      const found = problem.params?.["problem"] as DefinitionProblem;
      const code = found.code as ErrorCode;
      return [
        { code, pointer: pointer + found.pointer, message: found.message, remedy: found.remedy ?? errors[code].remedy },
      ];
    }
    case "invalid_union": {
      // Of the forms that the place takes, what is wrong with the one that was meant: it has the kind that was given.
      const meant = problem.errors.filter((option) => !option.some(isOtherKind)).sort((a, b) => a.length - b.length)[0];
      if (meant !== undefined && meant.length > 0)
        return meant.flatMap((inner) => formIssues(inner as ShapeProblem, document, path));
      break;
    }
    case "invalid_type":
      return entry("FIELD_TYPE", `${name} must be ${kindName(problem.expected)}, and is ${typeName(given)}.`);
    case "invalid_value": {
      const choices = problem.values.map(String);
      const near = typeof given === "string" ? didYouMean(given, choices) : "";
      return entry(
        "FIELD_INVALID",
        `${name} is one of ${choices.join(", ")}, and not ${said(given)}.${near}`,
        `Use one of: ${choices.join(", ")}.`,
      );
    }
    case "too_small":
    case "too_big": {
      const [side, bound] = problem.code === "too_small" ? ["at least", problem.minimum] : ["at most", problem.maximum];
      const unit =
        problem.origin === "string"
          ? " characters"
          : problem.origin === "array"
            ? bound === 1
              ? " entry"
              : " entries"
            : "";
      const verb = unit === "" ? "is" : "has";
      return entry("FIELD_INVALID", `${name} ${verb} ${side} ${bound}${unit}.`);
    }
    default:
      break;
  }
  const takes = schemaAt(scenarioFileSchema(), path, document)?.description;
  return entry(
    "FIELD_INVALID",
    `${name} cannot be ${said(given)}.`,
    takes === undefined ? undefined : `What it takes: ${takes}`,
  );
}

interface Inner {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly errors?: readonly (readonly Inner[])[];
}

/** The value is not even of the kind that this form has. */
function isOtherKind({ code, path, errors: forms }: Inner): boolean {
  if (path.length > 0) return false;
  return (
    code === "invalid_type" || (code === "invalid_union" && forms?.every((form) => form.some(isOtherKind)) === true)
  );
}

/** Keys of the objects that stand where also something else may. */
const formKeys = [
  ...["output", "fail", "never", "after", "iterations", "otherwise", "waits", "plus"],
  ...["category", "code", "message", "details", "retryAfter"],
  ...["stepId", "iteration", "status", "attempt", "action", "input", "key", "workflow"],
];

function kindName(expected: string): string {
  switch (expected) {
    case "object":
    case "record":
      return "an object";
    case "array":
      return "a list";
    case "string":
      return "text";
    case "int":
      return "a whole number";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return expected;
  }
}

function said(given: Json | undefined): string {
  if (typeof given === "string") return `"${shown(given)}"`;
  return typeof given === "number" || typeof given === "boolean" ? String(given) : typeName(given);
}

function valueAt(document: Json, path: Path): Json | undefined {
  let at: Json | undefined = document;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (isJsonObject(at) ? at[String(key)] : (at as Json[])[Number(key)]) as Json | undefined;
  }
  return at;
}
