import type { CompiledExpression, Json, Program } from "@mainspring/core";
import { workflowInfo } from "@temporalio/workflow";
import { sharedProgram } from "../wire/shared-programs.ts";
import { expressionUs, runsTime, warmTime, type StepTime } from "./timing.ts";

// Measures inside the sandbox. The one clock that moves there is this one, of whole milliseconds.
const clockMs = (): number => workflowInfo().unsafe.now();

export async function measureExpression(expression: CompiledExpression): Promise<number> {
  return expressionUs(expression, clockMs);
}

export async function measureRuns(program: Program, payload: Json, runs: number): Promise<StepTime> {
  return runsTime(shared(program), payload, runs, clockMs);
}

export async function measureWarm(program: Program, payload: Json): Promise<StepTime> {
  return warmTime(shared(program), payload, clockMs);
}

/** As the shell has it: one frozen object for all runs of the thread. */
function shared(program: Program): Program {
  return sharedProgram(program.programHash, () => program) as Program;
}
