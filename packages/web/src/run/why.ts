import type { ReadonlyJson } from "@mainspring/core";

/** One true cause of a run's standing where it stands. */
export interface WhyCause {
  readonly cause: string;
  readonly sentence: string;
  readonly since: string | null;
  readonly evidence: readonly { readonly kind: string; readonly text: string; readonly data?: ReadonlyJson }[];
  readonly remedy: string;
  /** When something happens by itself. */
  readonly next?: string;
}

/** The first true cause, with the others. */
export interface Why extends WhyCause {
  readonly also: readonly WhyCause[];
}

/** The run that this one waits for, where it waits for one. */
export function childRunOf(why: WhyCause): string | undefined {
  for (const { kind, data } of why.evidence) {
    if (kind !== "child" || typeof data !== "object" || data === null || !("runId" in data)) continue;
    if (typeof data.runId === "string") return data.runId;
  }
  return undefined;
}
