// `npm run outage -- [--seconds N] [--rate N]`, as a process that has a Postgres named in its environment.
import { parseArgs } from "node:util";
import { judgedOutage, outage, outageSummary } from "./outage.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "120" }, rate: { type: "string", default: "50" } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = await outage({ seconds: Number(values.seconds), perSecond: Number(values.rate), say });
const problems = judgedOutage(report);
for (const problem of problems) say(`  ✗ ${problem}`);
say(`${problems.length === 0 ? "✓" : "✗"} ${outageSummary(report)}`);
process.exit(problems.length === 0 ? 0 : 1);
