import type { Json } from "@mainspring/core";
import type { BenchStack } from "./bench-stack.ts";
import { alternate, handWrittenRun, ourRun, type Contender, type Sample } from "./contenders.ts";
import { median, quantile } from "./statistics.ts";

const steps = 40;
/**
 * What is required of each ratio; a figure over it is printed as such. `remote` has an effect that may be had twice, and so a claim in the ledger
 * before it; `none` has no effect, as a call that does nothing truly has none, and leaves a row behind.
 */
const required = {
  remote: { events: 1.01, p50: 1.15, cpu: 1.25 },
  none: { events: 1.01, p50: 1.15, cpu: 1.25 },
  local: { events: 8 / 45, p50: 0.35, cpu: Number.POSITIVE_INFINITY },
} as const;
const eventsMax = { remote: 247, none: 247, local: 8 } as const;

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
  for (const work of ["remote", "none", "local"] as const) {
    const contenders: [Contender, Contender] = [oursFor(stack, work), handWrittenFor(stack, work)];
    const samples = await alternate(stack, contenders, { pairs });
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

function oursFor(stack: BenchStack, work: "remote" | "none" | "local"): Contender {
  return ourRun(stack, `bench-${work}`);
}

function handWrittenFor(stack: BenchStack, work: "remote" | "none" | "local"): Contender {
  return handWrittenRun(stack, work === "local" ? "sequentialLocal" : "sequentialRemote", [steps]);
}
