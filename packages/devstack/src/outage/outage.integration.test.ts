import { expect, test } from "vitest";
import { judgedOutage, outage, outageSummary } from "./outage.ts";

test("[OPS-06] [OPS-11] [ING-20] events that come while Temporal is stopped are accepted and applied once it is back; meanwhile health and why say so", async () => {
  const lines: string[] = [];
  const report = await outage({ seconds: 10, perSecond: 10, say: (line) => void lines.push(line) });
  process.stdout.write(`${[...lines, outageSummary(report)].join("\n")}\n`);
  expect(judgedOutage(report)).toEqual([]);
}, 300_000);
