// `npm run bench -- <name> [--pairs N] [--report FILE] [--profile FOLDER]`. `sequential`, `mixed`, `batch`: our engine beside hand-written Temporal workflows, in
// one run, by alternating pairs. `pure`: expressions and pure steps in the Temporal sandbox, beside Node. `hostile`: ordinary runs beside
// harmful ones. `ingestion [--runs N]`: so many parked runs resumed by events, beside signals by id. `all`: all of them.
import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Json } from "@mainspring/core";
import { compareBatch } from "./batch.ts";
import { startBench, type BenchStack } from "./bench-stack.ts";
import { measureHostile } from "./hostile.ts";
import { compareIngestion } from "./ingestion.ts";
import { compareMixed } from "./mixed.ts";
import { measurePure } from "./pure.ts";
import { compareSequential } from "./sequential.ts";

type Benchmark = (pairs: number) => Promise<{ readonly text: string; readonly data: Json }>;

/** With a database, a namespace and workers of its own. */
function onStack(compare: (stack: BenchStack, pairs: number) => ReturnType<Benchmark>): Benchmark {
  return async (pairs) => {
    const stack = await startBench();
    try {
      return await compare(stack, pairs);
    } finally {
      await stack.stop();
    }
  };
}

const benchmarks: { readonly [name: string]: Benchmark } = {
  sequential: onStack(compareSequential),
  mixed: onStack(compareMixed),
  batch: onStack(compareBatch),
  hostile: onStack(measureHostile),
  ingestion: onStack((stack) => compareIngestion(stack, Number(values.runs))),
  pure: measurePure,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: "string", default: "15" },
    report: { type: "string" },
    profile: { type: "string" },
    runs: { type: "string", default: "2000" },
  },
});
if (values.profile !== undefined) process.env["MAINSPRING_BENCH_PROFILE"] = values.profile;
const wanted = positionals[0] ?? "sequential";
const names = wanted === "all" ? Object.keys(benchmarks) : [wanted];
const texts = [`Load of the machine at the start: ${loadavg()[0]?.toFixed(1)}, ${availableParallelism()} cores\n`];
const results: { [name: string]: Json } = {};
process.stdout.write(texts[0] as string);
for (const name of names) {
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined) {
    process.stderr.write(`There is no benchmark "${name}"; there are: ${Object.keys(benchmarks).join(", ")}, all\n`);
    process.exit(2);
  }
  const { text, data } = await benchmark(Number(values.pairs));
  process.stdout.write(`\n${text}`);
  texts.push(text);
  results[name] = data;
}
if (values.report !== undefined) {
  await writeFile(`${values.report}.json`, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(`${values.report}.md`, texts.join("\n"));
}
// Temporal's native library would keep the process.
process.exit(0);
