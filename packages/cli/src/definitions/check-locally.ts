import type { Issue } from "@mainspring/core";
import type { Bounds, CompileCatalogue, WorkflowEntry } from "@mainspring/core/compile";
import type { DefinitionFile } from "./read-definition.ts";

export interface CheckedFile {
  readonly issues: readonly Issue[];
  readonly bounds?: Bounds;
}

/** What only a server knows: it has the workflows that are published. */
const serverKnows = new Set(["WORKFLOW_UNKNOWN", "WORKFLOW_VERSION_UNKNOWN"]);

/**
 * Checks definitions as publishing does, with the actions of this release and without a server. The files see each
 * other's workflows; a call of any other workflow is a warning, because it may well be published.
 */
export async function checkLocally(files: readonly DefinitionFile[]): Promise<CheckedFile[]> {
  const catalogue = await localCatalogue(files);
  const { checkDefinition } = await import("@mainspring/core/compile");
  return files.map(({ text }) => {
    const { issues, bounds } = checkDefinition(text, catalogue);
    return { issues: issues.map(softened), ...(bounds === undefined ? {} : { bounds }) };
  });
}

async function localCatalogue(files: readonly DefinitionFile[]): Promise<CompileCatalogue> {
  const [{ builtInCatalogue }, { isJsonObject }] = await Promise.all([
    import("@mainspring/actions/catalogue"),
    import("@mainspring/core"),
  ]);
  // A file with problems of its own is still the workflow that others call.
  const workflows = files.flatMap(({ workflow: key, document }): WorkflowEntry[] => {
    if (key === undefined) return [];
    const { payload, steps } = document as { readonly payload?: unknown; readonly steps?: unknown };
    return [
      { key, version: 1, ...(isJsonObject(payload) ? { payloadSchema: payload } : {}), calls: [...callsOf(steps)] },
    ];
  });
  // What an engine performs is for the server to say: the language is the same everywhere.
  return { actions: builtInCatalogue(), workflows };
}

function softened(issue: Issue): Issue {
  if (!serverKnows.has(issue.code)) return issue;
  return {
    ...issue,
    severity: "warning",
    remedy: "Give the called workflow's file too, or check with --remote against what is published.",
  };
}

/** Keys of the workflows that are called anywhere in the steps. */
function* callsOf(part: unknown): Generator<string> {
  if (Array.isArray(part)) {
    for (const element of part) yield* callsOf(element);
    return;
  }
  if (typeof part !== "object" || part === null) return;
  const { type, workflow } = part as { type?: unknown; workflow?: unknown };
  if (type === "control.callWorkflow" && typeof workflow === "string") yield workflow;
  for (const member of Object.values(part)) yield* callsOf(member);
}
