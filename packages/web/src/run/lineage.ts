import type { RunReply } from "@mainspring/api";
import { isJsonObject } from "@mainspring/core";
import type { WaitView } from "./fold-journal.ts";

/** A run that has to do with the one that is shown. */
export interface Relative {
  readonly relation: "root" | "parent" | "replay of" | "restarted from" | "child" | "replay" | "restart";
  readonly runId: string;
  /** What the run's own reply tells of it; what it does not tell is read. */
  readonly known?: { readonly workflow: string; readonly status: string; readonly createdAt: string };
  /** The step that links the two. */
  readonly step?: string;
}

type Lineage = Pick<
  RunReply,
  | "id"
  | "parentRunId"
  | "rootRunId"
  | "replayOfRunId"
  | "restartedFrom"
  | "trigger"
  | "children"
  | "replays"
  | "restarts"
>;

/** The runs that this one comes from, that it called, and that were made from it. */
export function relativesOf(run: Lineage, waits: readonly WaitView[]): readonly Relative[] {
  const relatives: Relative[] = [];
  const { id, parentRunId, rootRunId, replayOfRunId } = run;
  if (rootRunId !== null && rootRunId !== id && rootRunId !== parentRunId)
    relatives.push({ relation: "root", runId: rootRunId });
  if (parentRunId !== null) relatives.push({ relation: "parent", runId: parentRunId });
  if (replayOfRunId !== null) relatives.push({ relation: "replay of", runId: replayOfRunId });
  const restarted = restartedFromOf(run);
  if (restarted !== undefined) {
    const { reason: _said, ...from } = restarted;
    relatives.push({ relation: "restarted from", ...from });
  }
  const stepOf = new Map(waits.map((wait) => [wait.key, wait.waitType === "child" ? wait.stepId : undefined]));
  const add = (relation: Relative["relation"], made: Lineage["children"]): void => {
    for (const { id: runId, ...known } of made) relatives.push({ relation, runId, known, step: stepOf.get(runId) });
  };
  add("child", run.children);
  add("replay", run.replays);
  add("restart", run.restarts);
  return relatives;
}

const origins: ReadonlySet<Relative["relation"]> = new Set(["root", "parent", "replay of", "restarted from"]);

/**
 * The relatives as a tree, each with how many stand above it: those that the run comes from, then itself, then those
 * that it called and that were made from it.
 */
export function lineageTree(relatives: readonly Relative[]): {
  readonly above: readonly (Relative & { readonly depth: number })[];
  readonly ownDepth: number;
  readonly below: readonly (Relative & { readonly depth: number })[];
} {
  const hasRoot = relatives.some(({ relation }) => relation === "root");
  const above = relatives
    .filter(({ relation }) => origins.has(relation))
    .map((one) => ({ ...one, depth: one.relation === "parent" && hasRoot ? 1 : 0 }));
  const ownDepth = Math.max(-1, ...above.map(({ depth }) => depth)) + 1;
  const below = relatives
    .filter(({ relation }) => !origins.has(relation))
    .map((one) => ({ ...one, depth: ownDepth + 1 }));
  return { above, ownDepth, below };
}

/** Where a restarted run was taken up again; the trigger says the step. */
export function restartedFromOf({
  restartedFrom,
  trigger,
}: Pick<RunReply, "restartedFrom" | "trigger">):
  | { readonly runId: string; readonly step?: string; readonly reason?: string }
  | undefined {
  if (typeof restartedFrom !== "string") return undefined;
  const told = isJsonObject(trigger) ? trigger : {};
  const [step, reason] = [told["stepId"] ?? told["stepPath"], told["reason"]];
  return {
    runId: restartedFrom,
    ...(typeof step === "string" ? { step } : {}),
    ...(typeof reason === "string" && reason !== "" ? { reason } : {}),
  };
}
