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
  return fastestUs(() => void evaluateExpression(expression, data, { now }), clockMs);
}

export interface StepTimes {
  readonly steps: number;
  /** µs per step of the very first run in this place, when nothing of the code had been run before. */
  readonly firstUs: number;
  /** Of the first ten runs, on average. */
  readonly firstTenUs: number;
  readonly warmUs: number;
}

/** The time of whole runs of pure steps, `start` to `finish`, divided by their steps. @throws Error when a run does not succeed */
export function stepTimes(program: Program, payload: Json, clockMs: ClockMs): StepTimes {
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
  let steps = 0;
  const run = (): void => {
    const { state, outcome } = start(program, payload, context);
    if (outcome?.status !== "succeeded") throw new Error(`The run ended otherwise: ${JSON.stringify(outcome)}`);
    steps = state.counters.steps;
  };
  const startedMs = clockMs();
  run();
  const firstMs = clockMs() - startedMs;
  for (let i = 1; i < 10; i += 1) run();
  const firstTenMs = clockMs() - startedMs;
  return {
    steps,
    firstUs: (firstMs * 1000) / steps,
    firstTenUs: (firstTenMs * 1000) / (10 * steps),
    warmUs: fastestUs(run, clockMs) / steps,
  };
}

function fastestUs(work: () => void, clockMs: ClockMs): number {
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
