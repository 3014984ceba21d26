/** `start`: the workflow whose start dialog is open. */
export interface WorkflowsSearch {
  readonly start?: string;
}

export function readWorkflowsSearch(search: Record<string, unknown>): WorkflowsSearch {
  const start = search["start"];
  return typeof start === "string" && start !== "" ? { start } : {};
}
