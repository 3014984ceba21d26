import { workflowIdOf, type Json } from "@mainspring/core";
import type { BenchStack, BenchWorker } from "./bench-stack.ts";
import { median, quantile } from "./statistics.ts";
import { handWrittenQueue } from "./names.ts";

const steps = 40;
/** A worker lives for weeks: what V8 spends on code that it meets for the first times is not the engine's price. */
const warmUps = 10;

interface Sample {
  readonly ms: number[];
  cpuMs: number;
  roundTrips: number;
  events: number;
}

interface Contender {
  readonly name: string;
  readonly worker: BenchWorker;
  run(index: number): Promise<{ readonly ms: number; readonly events: number }>;
}

/** What document of the design requires of each ratio; a figure over it is printed as such. */
const required = {
  remote: { events: 1.01, p50: 1.15, cpu: 1.25 },
  local: { events: 8 / 45, p50: 0.35, cpu: Number.POSITIVE_INFINITY },
} as const;
const eventsMax = { remote: 247, local: 8 } as const;

export async function compareSequential(stack: BenchStack, pairs: number): Promise<{ text: string; data: Json }> {
  const lines = [
    `# ${steps} sequential no-op calls, ${pairs} alternating pairs`,
    "",
    "| work | engine | history events | p50 ms | p95 ms | worker CPU ms/run | worker's database round trips/run |",
    "|---|---|---|---|---|---|---|",
  ];
  const data: { [work: string]: Json } = {};
  const ours: Record<string, Sample> = {};
  const verdicts: string[] = [];
  for (const work of ["remote", "local"] as const) {
    const contenders: [Contender, Contender] = [oursFor(stack, work), handWrittenFor(stack, work)];
    const samples = await alternate(stack, contenders, pairs);
    for (const [i, contender] of contenders.entries()) {
      const sample = samples[i] as Sample;
      lines.push(
        `| ${work} | ${contender.name} | ${sample.events} | ${median(sample.ms).toFixed(1)} | ${quantile(sample.ms, 0.95).toFixed(1)} | ${(sample.cpuMs / pairs).toFixed(1)} | ${(sample.roundTrips / pairs).toFixed(1)} |`,
      );
    }
    const [our, their] = samples as [Sample, Sample];
    ours[work] = our;
    ours[`${work} hand-written`] = their;
    const ratios = {
      events: our.events / their.events,
      p50: median(our.ms.map((ms, i) => ms / (their.ms[i] as number))),
      cpu: our.cpuMs / their.cpuMs,
    };
    data[work] = {
      events: our.events,
      handWrittenEvents: their.events,
      roundTripsPerRun: our.roundTrips / pairs,
      p50Ms: median(our.ms),
      handWrittenP50Ms: median(their.ms),
      ratios,
    };
    for (const figure of ["events", "p50", "cpu"] as const) {
      const limit = required[work][figure];
      verdicts.push(
        `${work} ${figure}: ${ratios[figure].toFixed(3)}×${Number.isFinite(limit) ? ` (required ≤ ${limit.toFixed(3)}×: ${ratios[figure] <= limit ? "met" : "NOT met"})` : ""}`,
      );
    }
    verdicts.push(
      `${work} events counted: ${our.events} (required ≤ ${eventsMax[work]}: ${our.events <= eventsMax[work] ? "met" : "NOT met"})`,
    );
  }
  const againstRemote = median((ours["local"] as Sample).ms) / median((ours["remote hand-written"] as Sample).ms);
  verdicts.push(
    `local p50 against remote hand-written: ${againstRemote.toFixed(3)}× (required ≤ 0.100×: ${againstRemote <= 0.1 ? "met" : "NOT met"})`,
  );
  return { text: `${[...lines, "", ...verdicts.map((verdict) => `- ${verdict}`)].join("\n")}\n`, data };
}

async function alternate(
  stack: BenchStack,
  contenders: readonly [Contender, Contender],
  pairs: number,
): Promise<Sample[]> {
  const samples: Sample[] = contenders.map(() => ({ ms: [], cpuMs: 0, roundTrips: 0, events: 0 }));
  for (let warm = 0; warm < warmUps; warm++) for (const contender of contenders) await contender.run(-1 - warm);
  await stack.analyze();
  for (let pair = 0; pair < pairs; pair++) {
    // Who goes first changes, so that neither always meets the other's leftovers.
    for (const i of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      const contender = contenders[i] as Contender;
      const sample = samples[i] as Sample;
      const before = await contender.worker.usage();
      const { ms, events } = await contender.run(pair);
      const after = await contender.worker.usage();
      sample.cpuMs += after.cpuMs - before.cpuMs;
      sample.roundTrips += after.roundTrips - before.roundTrips;
      sample.ms.push(ms);
      sample.events = Math.max(sample.events, events);
    }
  }
  return samples;
}

function oursFor(stack: BenchStack, work: "remote" | "local"): Contender {
  return {
    name: "Mainspring",
    worker: stack.ours,
    async run() {
      const started = performance.now();
      const runId = await stack.start(`bench-${work}`);
      const handle = stack.client.workflow.getHandle(workflowIdOf(runId));
      await handle.result();
      const ms = performance.now() - started;
      return { ms, events: (await handle.fetchHistory()).events?.length ?? 0 };
    },
  };
}

function handWrittenFor(stack: BenchStack, work: "remote" | "local"): Contender {
  return {
    name: "hand-written",
    worker: stack.handWritten,
    async run() {
      const started = performance.now();
      const handle = await stack.client.workflow.start(work === "remote" ? "sequentialRemote" : "sequentialLocal", {
        taskQueue: handWrittenQueue,
        workflowId: `bench-${crypto.randomUUID()}`,
        args: [steps],
      });
      await handle.result();
      const ms = performance.now() - started;
      return { ms, events: (await handle.fetchHistory()).events?.length ?? 0 };
    },
  };
}
