// Measures in Node, in a process of its own so that nothing else has shaped its code: jobs come in over IPC, results go back.
import type { CompiledExpression, Json, Program } from "@mainspring/core";
import { expressionUs, runsTime, warmTime } from "./timing.ts";

export type NodeJob =
  | { readonly measure: "expression"; readonly expression: CompiledExpression }
  | { readonly measure: "runs"; readonly program: Program; readonly payload: Json; readonly runs: number }
  | { readonly measure: "warm"; readonly program: Program; readonly payload: Json };

const clockMs = (): number => performance.now();

process.on("message", (job: NodeJob) => void process.send?.(measured(job)));

function measured(job: NodeJob): unknown {
  switch (job.measure) {
    case "expression":
      return expressionUs(job.expression, clockMs);
    case "runs":
      return runsTime(job.program, job.payload, job.runs, clockMs);
    case "warm":
      return warmTime(job.program, job.payload, clockMs);
  }
}
