import type { Json } from "@mainspring/core";
import { setTimeout as pause } from "node:timers/promises";
import { sideBySide } from "../side-by-side.ts";
import { until } from "../testing/until.ts";
import type { BenchStack, BenchWorker } from "./bench-stack.ts";
import { handWrittenQueue } from "./names.ts";
import { preciseNow, type Stamp } from "./stamps.ts";
import { median, quantile } from "./statistics.ts";

const required = { resumes: 0.85, latencyMs: 5 };
const rounds = 2;
const senders = 4;
/** Events in one request. */
const batch = 50;
/** Signals that the hand-written program has under way at once. */
const signalsAtOnce = 64;
const singles = 60;
const withinMs = 900_000;

/** One program whose runs are parked, and resumed by whoever knows their key. */
interface Parking {
  readonly name: string;
  readonly worker: BenchWorker;
  start(key: string, i: number): Promise<void>;
  /** All at full rate. */
  resumeAll(keys: readonly string[]): Promise<void>;
  /** @returns when it was accepted */
  resume(key: string): Promise<number>;
  parked(keys: readonly string[]): Promise<boolean>;
}

interface Sample {
  /** From the first event to the last call's beginning. */
  readonly perSecond: number[];
  /** Of each run in a full round, from the first event on. */
  readonly sinceStartMs: number[];
  /** Of a lone event: since it was sent, and since it was accepted. */
  readonly sentMs: number[];
  readonly acceptedMs: number[];
  memoryMb: number;
  /** Of the worker, from the first event until all calls have begun, of each run in a full round. */
  readonly cpuMs: number[];
  readonly roundTrips: number[];
}

type Round = Pick<Sample, "sinceStartMs" | "memoryMb"> & {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly roundTrips: number;
};

/**
 * So many runs parked on an event, then resumed by as many events at full rate; and lone events, one at a time. Each run makes one call then,
 * whose beginning counts. The hand-written program is signalled by its workflow id.
 * @param runs parked at once
 */
export async function compareIngestion(stack: BenchStack, runs: number): Promise<{ text: string; data: Json }> {
  const programs = [ours(stack), handWritten(stack)] as const;
  const samples: Sample[] = programs.map(() => ({
    perSecond: [],
    sinceStartMs: [],
    sentMs: [],
    acceptedMs: [],
    memoryMb: 0,
    cpuMs: [],
    roundTrips: [],
  }));
  // The tables are as large then as they are when it counts: plans that were made for a hundred rows read all of two thousand.
  for (const program of programs) await round(program, Math.ceil(runs / 2));
  await stack.analyze();
  for (let n = 0; n < rounds; n += 1) {
    for (const i of n % 2 === 0 ? [0, 1] : [1, 0]) {
      const sample = samples[i] as Sample;
      const { perSecond, sinceStartMs, memoryMb, cpuMs, roundTrips } = await round(programs[i] as Parking, runs);
      sample.cpuMs.push(cpuMs);
      sample.roundTrips.push(roundTrips);
      sample.perSecond.push(perSecond);
      sample.sinceStartMs.push(...sinceStartMs);
      sample.memoryMb = Math.max(sample.memoryMb, memoryMb);
    }
  }
  for (const [i, program] of programs.entries()) {
    const { sent, accepted } = await loneEvents(program);
    (samples[i] as Sample).sentMs.push(...sent);
    (samples[i] as Sample).acceptedMs.push(...accepted);
  }
  const [our, their] = samples as [Sample, Sample];
  const ratio = median(our.perSecond) / median(their.perSecond);
  const moreMs = median(our.acceptedMs) - median(their.sentMs);
  const row = (name: string, sample: Sample): string =>
    `| ${name} | ${median(sample.perSecond).toFixed(0)} | ${[0.5, 0.95, 0.99].map((share) => quantile(sample.sinceStartMs, share).toFixed(0)).join(" / ")} | ` +
    `${[0.5, 0.95].map((share) => quantile(sample.acceptedMs, share).toFixed(1)).join(" / ")} | ${[0.5, 0.95].map((share) => quantile(sample.sentMs, share).toFixed(1)).join(" / ")} | ${median(sample.cpuMs).toFixed(1)} | ${median(sample.roundTrips).toFixed(1)} | ${sample.memoryMb.toFixed(0)} |`;
  const text = [
    `# ${runs} parked runs, resumed by events; ${rounds} alternating rounds, then ${singles} lone events`,
    "",
    "| engine | resumes/s | since the first event, p50 / p95 / p99 ms | lone event: accepted → action starts, p50 / p95 ms | sent → action starts, p50 / p95 ms | worker CPU ms/resume | its database round trips/resume | worker MB |",
    "|---|---|---|---|---|---|---|---|",
    row(programs[0].name, our),
    row(programs[1].name, their),
    "",
    `- resumes/s: ${ratio.toFixed(3)}× (required ≥ ${required.resumes}×: ${ratio >= required.resumes ? "met" : "NOT met"})`,
    `- event accepted → action starts against client.signal → activity starts: ${moreMs >= 0 ? "+" : ""}${moreMs.toFixed(1)} ms at p50 ` +
      `(required ≤ +${required.latencyMs} ms: ${moreMs <= required.latencyMs ? "met" : "NOT met"})`,
  ];
  const dataOf = (sample: Sample): Json => ({
    resumesPerSecond: median(sample.perSecond),
    acceptedP50Ms: median(sample.acceptedMs),
    sentP50Ms: median(sample.sentMs),
    p95Ms: quantile(sample.sinceStartMs, 0.95),
    cpuMs: median(sample.cpuMs),
    roundTrips: median(sample.roundTrips),
    memoryMb: sample.memoryMb,
  });
  return {
    text: `${text.join("\n")}\n`,
    data: { runs, ours: dataOf(our), handWritten: dataOf(their), ratios: { resumes: ratio }, latencyMoreMs: moreMs },
  };
}

async function round(program: Parking, runs: number): Promise<Round> {
  const keys = await park(program, runs);
  const before = await program.worker.usage();
  const firstMs = preciseNow();
  await program.resumeAll(keys);
  const stamps = await stampsOf(program, runs);
  resumedOnce(program, stamps, runs);
  const after = await program.worker.usage();
  const sinceStartMs = stamps.map(({ atMs }) => atMs - firstMs);
  return {
    perSecond: runs / (Math.max(...sinceStartMs) / 1_000),
    sinceStartMs,
    memoryMb: after.memoryMb,
    cpuMs: (after.cpuMs - before.cpuMs) / runs,
    roundTrips: (after.roundTrips - before.roundTrips) / runs,
  };
}

/** @throws Error when a run was resumed twice, or another instead of it */
function resumedOnce({ name }: Parking, stamps: readonly Stamp[], runs: number): void {
  const distinct = new Set(stamps.map(({ i }) => i)).size;
  if (distinct !== runs || stamps.length !== runs)
    throw new Error(`${name}: ${stamps.length} calls of ${distinct} runs, where ${runs} were parked`);
}

async function loneEvents(program: Parking): Promise<{ sent: number[]; accepted: number[] }> {
  const keys = await park(program, singles);
  const sent: number[] = [];
  const accepted: number[] = [];
  for (const key of keys) {
    const sentMs = preciseNow();
    const acceptedMs = await program.resume(key);
    const [begun] = await stampsOf(program, 1);
    sent.push((begun as Stamp).atMs - sentMs);
    // The call may begin before the answer is back: it then waited for nothing.
    accepted.push(Math.max((begun as Stamp).atMs - acceptedMs, 0));
    await pause(20);
  }
  return { sent, accepted };
}

async function park(program: Parking, runs: number): Promise<string[]> {
  const keys = Array.from({ length: runs }, () => crypto.randomUUID());
  await sideBySide([...keys.entries()], 32, ([i, key]) => program.start(key, i));
  await until("all runs are parked", async () => ((await program.parked(keys)) ? true : undefined), {
    withinMs,
    everyMs: 200,
  });
  await until(
    "the worker is at rest",
    async () => {
      const before = (await program.worker.usage()).cpuMs;
      await pause(500);
      return (await program.worker.usage()).cpuMs - before < 50 ? true : undefined;
    },
    { withinMs: 30_000, everyMs: 1 },
  ).catch(() => undefined); // a worker that never rests on a busy machine is measured as it is
  resumedOnce(program, await program.worker.stamps(), 0); // nothing came late from the last round
  return keys;
}

async function stampsOf(program: Parking, count: number): Promise<Stamp[]> {
  const all: Stamp[] = [];
  await until(
    `${count} calls have begun`,
    async () => {
      all.push(...(await program.worker.stamps()));
      return all.length >= count ? true : undefined;
    },
    { withinMs, everyMs: count === 1 ? 1 : 50 },
  );
  return all;
}

function ours(stack: BenchStack): Parking {
  const eventOf = (key: string) => ({ name: "bench.go", id: key, source: "bench", payload: {}, correlationKey: key });
  return {
    name: "Mainspring",
    worker: stack.ours,
    start: async (key, i) => void (await stack.start("bench-parked", { key, i })),
    parked: async (keys) => (await stack.openWaits()) >= keys.length,
    async resumeAll(keys) {
      const batches = Array.from({ length: Math.ceil(keys.length / batch) }, (_, n) =>
        keys.slice(n * batch, (n + 1) * batch),
      );
      await sideBySide(batches, senders, (some) => stack.accept(some.map(eventOf)));
    },
    async resume(key) {
      await stack.accept([eventOf(key)]);
      return preciseNow();
    },
  };
}

function handWritten({ client, handWritten: worker }: BenchStack): Parking {
  const started = new Set<string>();
  const signal = (key: string): Promise<void> => client.workflow.getHandle(key).signal("go", {});
  return {
    name: "hand-written",
    worker,
    async start(key, i) {
      await client.workflow.start("parked", { taskQueue: handWrittenQueue, workflowId: key, args: [i] });
      started.add(key);
    },
    parked: async (keys) => keys.every((key) => started.has(key)),
    resumeAll: async (keys) => void (await sideBySide(keys, signalsAtOnce, signal)),
    async resume(key) {
      await signal(key);
      return preciseNow();
    },
  };
}
