import type { Json } from "@mainspring/core";
import type { BenchStack } from "./bench-stack.ts";
import { alternate, handWrittenRun, ourRun, verdict, type Sample } from "./contenders.ts";
import { batchItems } from "./names.ts";
import { median } from "./statistics.ts";

const pairsMax = 5;

/** A forEach over many items by a batched action, 50 at a time, beside a loop by hand that calls one after the other. */
export async function compareBatch(stack: BenchStack, wanted: number): Promise<{ text: string; data: Json }> {
  const pairs = Math.min(wanted, pairsMax);
  const [ours, theirs] = (await alternate(
    stack,
    [ourRun(stack, "bench-batch"), handWrittenRun(stack, "sequentialRemote", [batchItems])],
    { pairs, warmUps: 1 },
  )) as [Sample, Sample];
  const events = ours.events / theirs.events;
  const wall = median(ours.ms.map((ms, i) => ms / (theirs.ms[i] as number)));
  const text = [
    `# forEach over ${batchItems} items, a batched action, concurrency 50, ${pairs} alternating pairs`,
    "",
    "| engine | history events | p50 ms | worker CPU ms/run |",
    "|---|---|---|---|",
    `| Mainspring | ${ours.events} | ${median(ours.ms).toFixed(0)} | ${(ours.cpuMs / pairs).toFixed(0)} |`,
    `| hand-written, sequential | ${theirs.events} | ${median(theirs.ms).toFixed(0)} | ${(theirs.cpuMs / pairs).toFixed(0)} |`,
    "",
    verdict("history events, ratio", events, 0.05),
    verdict("wall, ratio", wall, 0.2),
  ];
  const data = { events: ours.events, handWrittenEvents: theirs.events, eventsRatio: events, wallRatio: wall };
  return { text: `${text.join("\n")}\n`, data };
}
