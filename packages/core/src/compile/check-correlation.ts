import type { ProgramStep } from "../program/program.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import type { IssueList } from "./issue-list.ts";
import { programBlocks } from "./program-walk.ts";

/**
 * Waits for events whose declared correlation paths can never give a key, by the schema of the event. Nothing is said of
 * events without a schema or without paths: their producers may send the key themselves.
 */
export function checkCorrelation(
  steps: readonly ProgramStep[],
  catalogue: CompileCatalogue,
  issues: IssueList,
  pointerOf: (step: ProgramStep) => string,
): void {
  for (const step of steps) {
    if (step.type === "event.wait" && step.event.kind === "literal" && typeof step.event.value === "string") {
      const paths = underivable(step.event.value, catalogue);
      if (paths !== undefined) {
        const message = `An event "${step.event.value}" gets its correlation key from ${paths.join(", ")}, where its schema has no text or number.`;
        issues.warning(
          "CORRELATION_UNDERIVABLE",
          { pointer: pointerOf(step) + "/correlationKey", stepId: step.id },
          message,
        );
      }
    }
    for (const block of programBlocks(step)) checkCorrelation(block, catalogue, issues, pointerOf);
  }
}

function underivable(event: string, catalogue: CompileCatalogue): readonly string[] | undefined {
  const declared = catalogue.correlationPaths ?? {};
  const paths = [...(Object.hasOwn(declared, event) ? (declared[event] ?? []) : []), ...(declared["*"] ?? [])];
  const schema = catalogue.eventTypes?.find((type) => type.name === event)?.payloadSchema;
  if (paths.length === 0 || schema === undefined) return undefined;
  return paths.some((path) => mayBeScalar(schema, path)) ? undefined : paths;
}

/** Whether the schema leaves open that a path into the payload leads to text or a number. */
function mayBeScalar(schema: Json, path: string): boolean {
  const keys = path.split(".");
  if (keys[0] === "payload") keys.shift();
  let at: Json | undefined = schema;
  for (const key of keys) {
    if (!isJsonObject(at) || composed.some((keyword) => keyword in (at as object))) return true;
    const properties: Json | undefined = at["properties"];
    const property: Json | undefined =
      isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property === undefined) return at["additionalProperties"] !== false;
    at = property;
  }
  if (!isJsonObject(at)) return at !== false;
  const type = at["type"];
  const types = type === undefined ? undefined : Array.isArray(type) ? type : [type];
  return (
    types === undefined ||
    types.some((one) => one === "string" || one === "number" || one === "integer" || one === "boolean")
  );
}

const composed = ["anyOf", "oneOf", "allOf", "not", "if", "$ref"];
