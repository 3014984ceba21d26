import { stepsOf } from "./program-steps.ts";
import type { Program } from "./program.ts";

/** One call of another workflow, as publishing has bound it. */
export interface WorkflowCall {
  readonly stepId: string;
  readonly workflow: string;
  readonly version: number | "latest";
}

/** In the order of the definition. */
export function calledWorkflows(program: Pick<Program, "steps">): WorkflowCall[] {
  const calls: WorkflowCall[] = [];
  for (const step of stepsOf(program.steps)) {
    if (step.type !== "control.callWorkflow") continue;
    calls.push({ stepId: step.id, workflow: step.workflow, version: step.version });
  }
  return calls;
}
