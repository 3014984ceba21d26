import { noRedisHere } from "@mainspring/runtime/testing";
import { expect, test } from "vitest";
import { flood, floodSummary, judgedFlood } from "./flood.ts";

const asked = { events: 4_000, parked: 40, starts: 60, kills: 3, flushes: 1 };

test("[ING-02] [ING-20] [ING-24] [OPS-11] [TST-26] a flood of events by API and stream, workers and server killed, Redis emptied: each accepted event comes to one end", async (context) => {
  const missing = noRedisHere();
  if (missing !== undefined) context.skip(missing);
  const lines: string[] = [];
  const report = await flood({ ...asked, say: (line) => void lines.push(line) });
  process.stdout.write(`${[...lines, ...floodSummary(report)].join("\n")}\n`);
  expect(judgedFlood(report, asked)).toEqual([]);
}, 300_000);
