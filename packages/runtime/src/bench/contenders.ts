import { workflowIdOf, type Json } from "@mainspring/core";
import { chainOf } from "../rebuild/journal-from-history.ts";
import type { BenchStack, BenchWorker } from "./bench-stack.ts";
import { handWrittenQueue } from "./names.ts";

/** A worker lives for weeks: what V8 spends on code that it meets for the first times is not the engine's price. */
const usualWarmUps = 30;

export interface Sample {
  readonly ms: number[];
  cpuMs: number;
  roundTrips: number;
  /** Of a run's whole chain, the most that were seen. */
  events: number;
}

export interface Contender {
  readonly name: string;
  readonly worker: BenchWorker;
  run(): Promise<{ readonly ms: number; readonly events: number }>;
}

/** Runs both by turns, so that both meet the same machine. */
export async function alternate(
  stack: BenchStack,
  contenders: readonly [Contender, Contender],
  { pairs, warmUps = usualWarmUps }: { readonly pairs: number; readonly warmUps?: number },
): Promise<Sample[]> {
  const samples: Sample[] = contenders.map(() => ({ ms: [], cpuMs: 0, roundTrips: 0, events: 0 }));
  for (let warm = 0; warm < warmUps; warm++) for (const contender of contenders) await contender.run();
  await stack.analyze();
  for (let pair = 0; pair < pairs; pair++) {
    // Who goes first changes, so that neither always meets the other's leftovers.
    for (const i of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      const contender = contenders[i] as Contender;
      const sample = samples[i] as Sample;
      const before = await contender.worker.usage();
      const { ms, events } = await contender.run();
      const after = await contender.worker.usage();
      sample.cpuMs += after.cpuMs - before.cpuMs;
      sample.roundTrips += after.roundTrips - before.roundTrips;
      sample.ms.push(ms);
      sample.events = Math.max(sample.events, events);
    }
  }
  return samples;
}

export function ourRun(stack: BenchStack, workflowKey: string, payload: Json = {}): Contender {
  return {
    name: "Mainspring",
    worker: stack.ours,
    async run() {
      const started = performance.now();
      const runId = await stack.start(workflowKey, payload);
      await stack.client.workflow.getHandle(workflowIdOf(runId)).result();
      const ms = performance.now() - started;
      const chain = await chainOf(stack.client, runId);
      return { ms, events: chain.reduce((sum, history) => sum + (history.events?.length ?? 0), 0) };
    },
  };
}

export function handWrittenRun(stack: BenchStack, workflowType: string, args: readonly unknown[]): Contender {
  return {
    name: "hand-written",
    worker: stack.handWritten,
    async run() {
      const started = performance.now();
      const handle = await stack.client.workflow.start(workflowType, {
        taskQueue: handWrittenQueue,
        workflowId: `bench-${crypto.randomUUID()}`,
        args: [...args],
      });
      await handle.result();
      const ms = performance.now() - started;
      return { ms, events: (await handle.fetchHistory()).events?.length ?? 0 };
    },
  };
}

/** `1.40 (required ≤ 1.15: NOT met)` */
export function verdict(what: string, value: number, limit: number, digits = 3): string {
  return `- ${what}: ${value.toFixed(digits)} (required ≤ ${limit}: ${value <= limit ? "met" : "NOT met"})`;
}
