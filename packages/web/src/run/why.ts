import type { RunWhyReply } from "@mainspring/api";

/** The run that this one waits for, where it waits for one. */
export function childRunOf(why: Pick<RunWhyReply, "evidence">): string | undefined {
  for (const { kind, data } of why.evidence) {
    if (kind !== "child" || typeof data !== "object" || data === null || !("runId" in data)) continue;
    if (typeof data["runId"] === "string") return data["runId"];
  }
  return undefined;
}
