// `npm run bench -- sequential [--pairs N]`: our engine beside hand-written Temporal workflows, in one run, by alternating pairs.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { compareSequential } from "./sequential.ts";
import { startBench } from "./bench-stack.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { pairs: { type: "string", default: "15" }, report: { type: "string" } } });
const wanted = positionals[0] ?? "sequential";
if (wanted !== "sequential") {
  process.stderr.write(`There is no benchmark "${wanted}"; there is: sequential\n`);
  process.exit(2);
}
const stack = await startBench();
try {
  const { text, data } = await compareSequential(stack, Number(values.pairs));
  process.stdout.write(text);
  if (values.report !== undefined) {
    await writeFile(`${values.report}.json`, `${JSON.stringify(data, null, 2)}\n`);
    await writeFile(`${values.report}.md`, text);
  }
} finally {
  await stack.stop();
}
