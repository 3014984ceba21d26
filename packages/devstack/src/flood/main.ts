// `npm run flood -- [--events N] [--kills N] [--flushes N] [--seed N]`, as a process that has Postgres and Temporal named in its environment.
import { parseArgs } from "node:util";
import { noRedisHere } from "@mainspring/runtime/testing";
import { flood, floodSummary, judgedFlood } from "./flood.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    events: { type: "string", default: "100000" },
    parked: { type: "string" },
    starts: { type: "string" },
    kills: { type: "string", default: "20" },
    flushes: { type: "string", default: "4" },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const missing = noRedisHere();
if (missing !== undefined) {
  say(missing);
  process.exit(1);
}
const events = Number(values.events);
const asked = {
  events,
  parked: Number(values.parked ?? Math.ceil(events / 100)),
  starts: Number(values.starts ?? Math.ceil(events / 50)),
  kills: Number(values.kills),
  flushes: Number(values.flushes),
};
const report = await flood({ ...asked, say, ...(values.seed === undefined ? {} : { seed: Number(values.seed) }) });
const problems = judgedFlood(report, asked);
for (const line of floodSummary(report)) say(line);
for (const problem of problems) say(`  ✗ ${problem}`);
say(problems.length === 0 ? "✓ nothing lost, nothing doubled" : "✗ not as promised");
process.exit(problems.length === 0 ? 0 : 1);
