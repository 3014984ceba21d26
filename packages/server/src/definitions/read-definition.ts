import { isJsonObject, MainspringError, textIsStorable } from "@mainspring/core";
import type { Issue, Json, Program } from "@mainspring/core";
import { compileDefinition, parseDefinition } from "@mainspring/core/compile";
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
  const parsed = parseDefinition(textOrObject);
  if ("definition" in parsed) {
    const compiled = compileDefinition(
      parsed.definition,
      catalogue,
      parsed.positions === undefined ? {} : { positions: parsed.positions },
    );
    const document = parsed.definition as unknown as Json;
    return {
      document,
      issues: compiled.issues,
      bounds: compiled.bounds as unknown as Json,
      ...(compiled.program === undefined ? {} : { program: compiled.program }),
    };
  }
  if (!isJsonObject(parsed.document)) throw unreadable(parsed.issues);
  return { document: parsed.document, issues: parsed.issues };
}

/** As `readDefinition`, but what cannot be read is nothing but its issues. */
export function checkDefinition(
  textOrObject: unknown,
  catalogue: CompileCatalogue,
): Pick<ReadDefinition, "issues" | "bounds"> {
  try {
    return readDefinition(textOrObject, catalogue);
  } catch (error) {
    if (error instanceof MainspringError && Array.isArray(error.details.issues))
      return { issues: error.details.issues as Issue[] };
    throw error;
  }
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
