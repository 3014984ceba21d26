// `npm run bench -- <name> [--pairs N] [--report FILE]`. `sequential`: our engine beside hand-written Temporal workflows, in one run, by
// alternating pairs. `pure`: expressions and pure steps in the Temporal sandbox, beside Node.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Json } from "@mainspring/core";

type Benchmark = (pairs: number) => Promise<{ readonly text: string; readonly data: Json }>;

const benchmarks: { readonly [name: string]: Benchmark } = {
  async sequential(pairs) {
    const { compareSequential } = await import("./sequential.ts");
    const { startBench } = await import("./bench-stack.ts");
    const stack = await startBench();
    try {
      return await compareSequential(stack, pairs);
    } finally {
      await stack.stop();
    }
  },
  async pure(pairs) {
    const { measurePure } = await import("./pure.ts");
    return measurePure(pairs);
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: "string", default: "15" }, report: { type: "string" } },
});
const wanted = positionals[0] ?? "sequential";
const benchmark = Object.hasOwn(benchmarks, wanted) ? benchmarks[wanted] : undefined;
if (benchmark === undefined) {
  process.stderr.write(`There is no benchmark "${wanted}"; there are: ${Object.keys(benchmarks).join(", ")}\n`);
  process.exit(2);
}
const { text, data } = await benchmark(Number(values.pairs));
process.stdout.write(text);
if (values.report !== undefined) {
  await writeFile(`${values.report}.json`, `${JSON.stringify(data, null, 2)}\n`);
  await writeFile(`${values.report}.md`, text);
}
