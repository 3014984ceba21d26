/** What the address of the list of workflows holds. */
export interface WorkflowsSearch {
  /** In the key or the name. */
  readonly q?: string;
  /** The workflow whose start dialog is open. */
  readonly start?: string;
}

const textMax = 200;

export function readWorkflowsSearch(search: Record<string, unknown>): WorkflowsSearch {
  const { q, start } = search;
  return {
    ...(typeof q === "string" && q !== "" ? { q: q.slice(0, textMax) } : {}),
    ...(typeof start === "string" && start !== "" ? { start } : {}),
  };
}
