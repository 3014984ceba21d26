// `npm run fairness -- [--starts N] [--width N] [--unloaded N]`, as a process that has Postgres and Temporal named in its environment.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { fairnessSummary, measureFairness, ratioOf } from "./fairness.ts";

const { values } = parseArgs({
  options: {
    starts: { type: "string", default: "10000" },
    width: { type: "string", default: "32" },
    unloaded: { type: "string", default: "60" },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`load of the machine at the start: ${loadavg()[0]?.toFixed(1)}`);
const report = await measureFairness({
  starts: Number(values.starts),
  width: Number(values.width),
  unloaded: Number(values.unloaded),
  everyMs: 1_000,
  say,
});
for (const line of fairnessSummary(report)) say(line);
const isFair = ratioOf(report) < 3;
say(isFair ? "✓ less than three times" : "✗ three times, or more");
process.exit(isFair ? 0 : 1);
