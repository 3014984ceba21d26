import { isJsonObject, MainspringError, textIsStorable } from "@mainspring/core";
import type { Issue, Json, Program } from "@mainspring/core";
import { checkDefinition } from "@mainspring/core/compile";
import type { CompileCatalogue } from "@mainspring/core/compile";

/** A definition as it was sent, and all that publishing would say of it. */
export interface ReadDefinition {
  readonly document: Json;
  readonly issues: readonly Issue[];
  readonly bounds?: Json;
  /** Left out when an issue is an error. */
  readonly program?: Program;
}

/**
 * Reads and checks a definition, YAML or JSON text or an object.
 * @throws MainspringError DEFINITION_UNREADABLE or DEFINITION_TOO_LARGE, with issues, when there is nothing that could be a draft
 */
export function readDefinition(textOrObject: unknown, catalogue: CompileCatalogue): ReadDefinition {
  const { document, issues, bounds, program } = checkDefinition(textOrObject, catalogue);
  if (!isJsonObject(document)) throw unreadable(issues);
  return {
    document,
    issues,
    ...(bounds === undefined ? {} : { bounds: bounds as unknown as Json }),
    ...(program === undefined ? {} : { program }),
  };
}

const keyForm = /^[a-z][a-z0-9-]{1,62}$/;

/**
 * Key and name of the workflow that a draft is of. A draft may have problems, but not without a key.
 * @throws MainspringError DEFINITION_UNREADABLE
 */
export function identityOf({ document, issues }: ReadDefinition): { readonly key: string; readonly name: string } {
  const { workflow: key, name } = document as { readonly [key: string]: Json };
  if (typeof key !== "string" || !keyForm.test(key)) throw unreadable(issues);
  return {
    key,
    name: typeof name === "string" && name.trim() !== "" && textIsStorable(name) ? name.slice(0, 200) : key,
  };
}

export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === "error");
}

function unreadable(issues: readonly Issue[]): MainspringError {
  const code = issues.some((issue) => issue.code === "DEFINITION_TOO_LARGE")
    ? "DEFINITION_TOO_LARGE"
    : "DEFINITION_UNREADABLE";
  return new MainspringError(code, { issues }, issues[0]?.message);
}
