import type { RunSummary } from "@mainspring/api";
import { isJsonObject } from "@mainspring/core";
import { actorText } from "../session/actor-text.ts";
import { hasEnded } from "../status/status.ts";

/** The runs of which only asking tells why they stand where they stand, at most as many as one request takes. */
export function rowsToAsk(rows: readonly RunSummary[]): readonly string[] {
  return rows
    .filter((row) => !hasEnded(row.status) && row.why === undefined && row.cancelRequestedAt === null)
    .slice(0, askedMax)
    .map((row) => row.id);
}

const askedMax = 50;

function byWhom(error: RunSummary["error"]): string {
  const details = error?.details;
  const by = details !== undefined && isJsonObject(details) ? details["by"] : undefined;
  return typeof by !== "string" || by === "temporal" ? "" : `canceled by ${actorText(by)}`;
}

/**
 * What a row says beside its status, names of steps, events and codes in backquotes; empty when there is nothing to say.
 * @param asked the sentence that the server answered for this run, where its row does not know it
 */
export function rowWhy(
  row: Pick<RunSummary, "status" | "why" | "error" | "state" | "cancelRequestedAt">,
  asked?: string,
): string {
  if (row.status === "FAILED" && row.error !== null) {
    return row.error.stepId === undefined
      ? `failed · \`${row.error.code}\``
      : `failed in \`${row.error.stepId}\` · \`${row.error.code}\``;
  }
  if (row.cancelRequestedAt !== null && row.status !== "SUCCEEDED" && row.status !== "CANCELED")
    return "cancel asked for";
  if (row.status === "CANCELED") return byWhom(row.error);
  if (row.why !== undefined) return row.why.sentence;
  if (asked !== undefined && !hasEnded(row.status)) return asked;
  return typeof row.state === "string" && row.state !== "" ? row.state : "";
}
