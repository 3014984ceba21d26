import type { StepDefinition } from "../definition/any-step.ts";
import { blocksOf } from "../definition/walk.ts";
import type { CompileCatalogue } from "./catalogue.ts";
import type { IssueList } from "./issue-list.ts";

/** Calls of workflows that lead back to the workflow itself. */
export function checkCalls(
  workflow: string,
  steps: readonly StepDefinition[],
  catalogue: CompileCatalogue,
  issues: IssueList,
): void {
  checkBlock(steps, "/steps", (key) => wayBack(key, workflow, catalogue), issues);
}

function checkBlock(
  steps: readonly StepDefinition[],
  pointer: string,
  wayBackFrom: (key: string) => string[] | undefined,
  issues: IssueList,
): void {
  steps.forEach((step, i) => {
    if (step.type === "control.callWorkflow") {
      const way = wayBackFrom(step.workflow);
      if (way !== undefined) {
        issues.error(
          "CALL_CYCLE",
          { pointer: `${pointer}/${i}/workflow`, stepId: step.id },
          `This call leads back to this workflow: ${way.join(" calls ")}.`,
        );
      }
    }
    for (const block of blocksOf(step)) checkBlock(block.steps, `${pointer}/${i}${block.pointer}`, wayBackFrom, issues);
  });
}

/** The calls from `key` that end at `workflow`, as keys from one to the other; undefined when none do. */
function wayBack(key: string, workflow: string, catalogue: CompileCatalogue): string[] | undefined {
  const callsOf = new Map((catalogue.workflows ?? []).map((entry) => [entry.key, entry.calls ?? []]));
  const from = new Map<string, string | undefined>([[key, undefined]]);
  const open = [key];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    if (at === workflow) {
      const way: string[] = [];
      for (let back: string | undefined = at; back !== undefined; back = from.get(back)) way.unshift(back);
      return [workflow, ...way];
    }
    for (const called of callsOf.get(at) ?? []) {
      if (from.has(called)) continue;
      from.set(called, at);
      open.push(called);
    }
  }
  return undefined;
}
