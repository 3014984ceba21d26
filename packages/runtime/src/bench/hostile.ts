import { workflowIdOf, type Json } from "@mainspring/core";
import type { BenchStack } from "./bench-stack.ts";
import { verdict } from "./contenders.ts";
import { quantile } from "./statistics.ts";

const bystanders = 2;
const hostiles = 1;

interface Ended {
  readonly ms: number;
  readonly failure?: string;
}

/** Runs of an ordinary workflow alone, then beside runs whose expressions are made to do harm. @param rounds of each of four bystanders */
export async function measureHostile(stack: BenchStack, rounds: number): Promise<{ text: string; data: Json }> {
  const timed = async (workflowKey: string): Promise<Ended> => {
    const started = performance.now();
    const runId = await stack.start(workflowKey);
    try {
      await stack.client.workflow.getHandle(workflowIdOf(runId)).result();
      return { ms: performance.now() - started };
    } catch (error) {
      const { type } = (error as { readonly cause?: { readonly type?: string } }).cause ?? {};
      return { ms: performance.now() - started, failure: type ?? "untyped" };
    }
  };
  const bystanding = async (): Promise<number[]> => {
    const each = Array.from({ length: bystanders }, async () => {
      const own: number[] = [];
      for (let round = 0; round < rounds; round++) own.push((await timed("bench-mixed-bare")).ms);
      return own;
    });
    return (await Promise.all(each)).flat();
  };
  for (const key of ["bench-mixed-bare", "bench-hostile"]) for (let i = 0; i < 5; i++) await timed(key);
  const alone = await bystanding();
  let over = false;
  const bad: Ended[] = [];
  const attackers = Array.from({ length: hostiles }, async () => {
    while (!over) bad.push(await timed("bench-hostile"));
  });
  const beside = await bystanding();
  over = true;
  await Promise.all(attackers);

  const addedMs = quantile(beside, 0.99) - quantile(alone, 0.99);
  const badMs = Math.max(...bad.map(({ ms }) => ms));
  const failures = [...new Set(bad.map(({ failure }) => failure ?? "none"))];
  const row = (what: string, sample: readonly number[]): string =>
    `| ${what} | ${sample.length} | ${quantile(sample, 0.5).toFixed(1)} | ${quantile(sample, 0.99).toFixed(1)} |`;
  const text = [
    `# Hostile expressions beside ${bystanders} clients with ordinary runs`,
    "",
    "| runs | number | p50 ms | p99 ms |",
    "|---|---|---|---|",
    row("bystanders alone", alone),
    row("bystanders beside", beside),
    row(
      "hostile",
      bad.map(({ ms }) => ms),
    ),
    "",
    verdict("bystanders' p99, ms more", addedMs, 150, 0),
    verdict("hostile run to its failure, ms at most", badMs, 1_000, 0),
    `- they fail with: ${failures.join(", ")} (required ExpressionError: ${failures.join() === "ExpressionError" ? "met" : "NOT met"})`,
  ];
  return { text: `${text.join("\n")}\n`, data: { addedP99Ms: addedMs, badMs, failures } };
}
