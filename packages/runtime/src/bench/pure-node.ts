// Measures in Node, in a process of its own so that nothing else has shaped its code: jobs come in over IPC, results go back.
import type { CompiledExpression, Json, Program } from "@mainspring/core";
import { expressionUs, stepTimes } from "./timing.ts";

export type NodeJob =
  | { readonly kind: "expression"; readonly expression: CompiledExpression }
  | { readonly kind: "steps"; readonly program: Program; readonly payload: Json };

const clockMs = (): number => performance.now();

process.on("message", (job: NodeJob) => {
  process.send?.(
    job.kind === "expression" ? expressionUs(job.expression, clockMs) : stepTimes(job.program, job.payload, clockMs),
  );
});
