import {
  evaluateExpression,
  start,
  type CompiledExpression,
  type Json,
  type Program,
  type StartContext,
} from "@mainspring/core";
import { evaluationSets } from "@mainspring/core/testing";

// The same code measures in Node and in the workflow sandbox. It reads no clock of its own, since the sandbox has none that moves.
export type ClockMs = () => number;

const now = "2026-11-26T05:13:00.000Z";
/** Long enough for a clock of whole milliseconds, and with all its batches far below the sandbox's limit of 5 s. */
const batchMs = 150;
const batches = 4;

/** µs for one evaluation over the typical data, of the fastest batch: the one that other work on the machine disturbed least. */
export function expressionUs(expression: CompiledExpression, clockMs: ClockMs): number {
  const data = evaluationSets.typical.data as object;
  return fastestUs(() => evaluateExpression(expression, data, { now }), clockMs);
}

export interface StepTime {
  /** Steps of one run. */
  readonly steps: number;
  /** µs per step. */
  readonly us: number;
}

/** The time of that many whole runs of pure steps, `start` to `finish`, per step. @throws Error when a run does not succeed */
export function runsTime(program: Program, payload: Json, runs: number, clockMs: ClockMs): StepTime {
  const run = runOf(program, payload);
  let steps = 0;
  const startedMs = clockMs();
  for (let i = 0; i < runs; i += 1) steps = run();
  return { steps, us: ((clockMs() - startedMs) * 1000) / (runs * steps) };
}

/** The same of the fastest of several batches, when everything is warm. */
export function warmTime(program: Program, payload: Json, clockMs: ClockMs): StepTime {
  const run = runOf(program, payload);
  const steps = run();
  return { steps, us: fastestUs(run, clockMs) / steps };
}

function runOf(program: Program, payload: Json): () => number {
  const context: StartContext = {
    runId: "run",
    workflow: program.workflow,
    version: 1,
    definitionHash: program.definitionHash,
    tenantId: "tenant",
    startedAt: now,
    now,
    turn: 1,
  };
  return () => {
    const { state, outcome } = start(program, payload, context);
    if (outcome?.status !== "succeeded") throw new Error(`The run ended otherwise: ${JSON.stringify(outcome)}`);
    return state.counters.steps;
  };
}

function fastestUs(work: () => unknown, clockMs: ClockMs): number {
  let fastest = Number.POSITIVE_INFINITY;
  let times = 10;
  for (let batch = 0; batch < batches;) {
    const startedMs = clockMs();
    for (let i = 0; i < times; i += 1) work();
    const tookMs = clockMs() - startedMs;
    if (tookMs < batchMs) {
      times *= tookMs < batchMs / 10 ? 8 : 2;
      continue; // a batch too short to be measured is warm-up
    }
    fastest = Math.min(fastest, (tookMs * 1000) / times);
    batch += 1;
  }
  return fastest;
}
