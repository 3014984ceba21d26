import type { RunReply } from "@mainspring/api";
import type { ReadonlyJson } from "@mainspring/core";
import type { WaitView } from "./fold-journal.ts";

/** A run that has to do with the one that is shown. */
export interface Relative {
  readonly relation: "root" | "parent" | "replay of" | "restarted from" | "child";
  readonly runId: string;
  /** What is known of it before it is read. */
  readonly workflow?: string;
  /** The step that links the two. */
  readonly step?: string;
}

/** The runs that this one comes from, and those that it called, as far as the run and its journal tell. */
export function relativesOf(
  run: Pick<RunReply, "id" | "parentRunId" | "rootRunId" | "replayOfRunId" | "restartedFrom">,
  waits: readonly WaitView[],
): readonly Relative[] {
  const relatives: Relative[] = [];
  const { id, parentRunId, rootRunId, replayOfRunId } = run;
  if (rootRunId !== null && rootRunId !== id && rootRunId !== parentRunId)
    relatives.push({ relation: "root", runId: rootRunId });
  if (parentRunId !== null) relatives.push({ relation: "parent", runId: parentRunId });
  if (replayOfRunId !== null) relatives.push({ relation: "replay of", runId: replayOfRunId });
  const restarted = restartedFromOf(run.restartedFrom);
  if (restarted !== undefined) relatives.push({ relation: "restarted from", ...restarted });
  for (const wait of waits) {
    if (wait.waitType !== "child" || wait.key === undefined) continue;
    relatives.push({ relation: "child", runId: wait.key, workflow: wait.workflow, step: wait.stepId });
  }
  return relatives;
}

/** Where a restarted run was taken up again. */
export function restartedFromOf(
  restartedFrom: ReadonlyJson,
): { readonly runId: string; readonly step?: string } | undefined {
  if (typeof restartedFrom !== "object" || restartedFrom === null || !("runId" in restartedFrom)) return undefined;
  const { runId, stepPath, stepId } = restartedFrom as { readonly [member: string]: ReadonlyJson };
  if (typeof runId !== "string") return undefined;
  const step = typeof stepId === "string" ? stepId : typeof stepPath === "string" ? stepPath : undefined;
  return step === undefined ? { runId } : { runId, step };
}
