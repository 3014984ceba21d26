import type { CompiledExpression, Json, Program } from "@mainspring/core";
import { workflowInfo } from "@temporalio/workflow";
import { sharedProgram } from "../wire/shared-programs.ts";
import { expressionUs, stepTimes, type StepTimes } from "./timing.ts";

// Measures inside the sandbox. The one clock that moves there is this one, of whole milliseconds.
const clockMs = (): number => workflowInfo().unsafe.now();

export async function measureExpression(expression: CompiledExpression): Promise<number> {
  return expressionUs(expression, clockMs);
}

export async function measureSteps(program: Program, payload: Json): Promise<StepTimes> {
  return stepTimes(sharedProgram(program.programHash, () => program) as Program, payload, clockMs);
}
