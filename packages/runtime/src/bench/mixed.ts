import type { Json } from "@mainspring/core";
import type { BenchStack } from "./bench-stack.ts";
import { alternate, handWrittenRun, ourRun, verdict, type Sample } from "./contenders.ts";
import { mixedActions, mixedPureSteps } from "./names.ts";
import { median } from "./statistics.ts";

/** 200 pure steps among 5 calls, beside the same by hand; and beside the 5 calls alone, which tells what a pure step adds. */
export async function compareMixed(stack: BenchStack, pairs: number): Promise<{ text: string; data: Json }> {
  const [ours, theirs] = (await alternate(
    stack,
    [ourRun(stack, "bench-mixed"), handWrittenRun(stack, "mixed", [mixedPureSteps, mixedActions])],
    { pairs },
  )) as [Sample, Sample];
  const [, bare] = (await alternate(stack, [ourRun(stack, "bench-mixed"), ourRun(stack, "bench-mixed-bare")], {
    pairs,
    warmUps: 2,
  })) as [Sample, Sample];
  const events = ours.events / theirs.events;
  const pureStepUs = ((median(ours.ms) - median(bare.ms)) * 1_000) / mixedPureSteps;
  const data = {
    events: ours.events,
    handWrittenEvents: theirs.events,
    eventsRatio: events,
    p50Ms: median(ours.ms),
    handWrittenP50Ms: median(theirs.ms),
    pureStepUs,
  };
  const text = [
    `# ${mixedPureSteps} pure steps and ${mixedActions} calls, ${pairs} alternating pairs`,
    "",
    "| engine | history events | p50 ms | worker CPU ms/run |",
    "|---|---|---|---|",
    `| Mainspring | ${ours.events} | ${median(ours.ms).toFixed(1)} | ${(ours.cpuMs / pairs).toFixed(1)} |`,
    `| hand-written | ${theirs.events} | ${median(theirs.ms).toFixed(1)} | ${(theirs.cpuMs / pairs).toFixed(1)} |`,
    `| Mainspring, the calls alone | ${bare.events} | ${median(bare.ms).toFixed(1)} | ${(bare.cpuMs / pairs).toFixed(1)} |`,
    "",
    verdict("history events, ratio", events, 1.1),
    `- what a pure step adds to the whole run, its journal rows included: ${pureStepUs.toFixed(0)} µs`,
  ];
  return { text: `${text.join("\n")}\n`, data };
}
