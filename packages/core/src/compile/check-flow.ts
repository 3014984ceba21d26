import type { StepDefinition } from "../definition/any-step.ts";
import { blocksOf } from "../definition/walk.ts";
import type { IssueList } from "./issue-list.ts";

/** Ids given twice, steps behind one that always leaves its block, and cases that can never be taken. */
export function checkFlow(steps: readonly StepDefinition[], issues: IssueList): void {
  checkBlock(steps, "/steps", new Map(), issues);
}

function checkBlock(
  steps: readonly StepDefinition[],
  pointer: string,
  ids: Map<string, string>,
  issues: IssueList,
): void {
  let ended: StepDefinition | undefined;
  steps.forEach((step, i) => {
    const at = `${pointer}/${i}`;
    const before = ids.get(step.id);
    if (before === undefined) ids.set(step.id, at);
    else {
      const message = `"${step.id}" is the id of another step too, at ${before}.`;
      issues.error("STEP_ID_DUPLICATE", { pointer: at + "/id", stepId: step.id }, message);
    }
    if (ended !== undefined && i > 0 && endsBlock(steps[i - 1] as StepDefinition)) {
      issues.warning(
        "STEP_UNREACHABLE",
        { pointer: at, stepId: step.id },
        `"${step.id}" can never run: "${ended.id}" before it always leaves the block.`,
      );
    }
    if (ended === undefined && endsBlock(step)) ended = step;
    if (step.type === "control.switch") checkCases(step, at, issues);
    for (const block of blocksOf(step)) checkBlock(block.steps, at + block.pointer, ids, issues);
  });
}

/** Whether nothing that stands behind the step in its block can run. */
function endsBlock(step: StepDefinition): boolean {
  if (step.disabled === true) return false;
  switch (step.type) {
    case "control.return":
    case "control.raise":
      return true;
    case "control.if":
      return step.else !== undefined && listEnds(step.then) && listEnds(step.else);
    case "control.switch":
      return step.default !== undefined && listEnds(step.default) && step.cases.every((one) => listEnds(one.steps));
    case "control.tryCatch":
      return (
        (step.finally !== undefined && listEnds(step.finally)) ||
        (listEnds(step.try) && (step.catch === undefined || listEnds(step.catch)))
      );
    case "control.saga":
      return listEnds(step.body);
    default:
      return false;
  }
}

function listEnds(steps: readonly StepDefinition[]): boolean {
  return steps.some(endsBlock);
}

function checkCases(
  step: Extract<StepDefinition, { type: "control.switch" }>,
  pointer: string,
  issues: IssueList,
): void {
  let always = false;
  step.cases.forEach((one, i) => {
    const place = { pointer: `${pointer}/cases/${i}/when`, stepId: step.id };
    if (always)
      issues.warning("CASE_UNREACHABLE", place, "This case can never be taken: one before it is always true.");
    else if (one.when === false || one.when === null)
      issues.warning("CASE_UNREACHABLE", place, "This case can never be taken: its condition is never true.");
    if (one.when === true) always = true;
  });
}
