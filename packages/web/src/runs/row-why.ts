import type { RunSummary } from "@mainspring/api";

/** What a row says beside its status, names of steps, events and codes in backquotes; empty when there is nothing to say. */
export function rowWhy(row: Pick<RunSummary, "status" | "why" | "error" | "state" | "cancelRequestedAt">): string {
  if (row.status === "FAILED" && row.error !== null) {
    return row.error.stepId === undefined
      ? `failed · \`${row.error.code}\``
      : `failed in \`${row.error.stepId}\` · \`${row.error.code}\``;
  }
  if (row.cancelRequestedAt !== null && row.status !== "SUCCEEDED" && row.status !== "CANCELED")
    return "cancel asked for";
  if (row.why !== undefined) return row.why.sentence;
  return typeof row.state === "string" && row.state !== "" ? row.state : "";
}
