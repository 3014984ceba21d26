// `npm run chaos -- [--seed N] [--runs N] [--kills N]`, as a process that has a Temporal named in its environment.
import { parseArgs } from "node:util";
import { chaos, judged, summary } from "./chaos.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string", default: "500" },
    kills: { type: "string", default: "100" },
  },
});
const asked = { runs: Number(values.runs), kills: Number(values.kills) };
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = await chaos({ ...asked, say, ...(values.seed === undefined ? {} : { seed: Number(values.seed) }) });
const problems = judged(report, asked);
for (const problem of problems) say(`  ✗ ${problem}`);
say(`${problems.length === 0 ? "✓" : "✗"} ${summary(report, asked.runs)}`);
process.exit(problems.length === 0 ? 0 : 1);
