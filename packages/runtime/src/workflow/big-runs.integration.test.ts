import { defineAction } from "@mainspring/actions";
import { workflowIdOf } from "@mainspring/core";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { newWorld, type World } from "../testing/world.ts";

/** `npm run big-runs` makes them 10,000. */
const steps = Number(process.env["MAINSPRING_BIG_RUN_STEPS"] ?? 600);
const withinMs = 60_000 + steps * 400;

const made = new Map<number, number>();
const note = defineAction({
  name: "test.note@1",
  title: "Note",
  description: "Notes a number.",
  effect: "idempotent",
  timeoutMs: 20_000,
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  async run({ input: { n } }) {
    made.set(n, (made.get(n) ?? 0) + 1);
    return { n };
  },
});

let world: World;
beforeAll(async () => {
  world = await newWorld({ actions: [note] });
});
afterAll(() => world?.close());

test(
  "[VER-05] a run of many action steps completes across continue-as-new, each history under 5,000 events and read again in less than a second of CPU",
  async () => {
    await world.publish({
      workflow: "many-steps",
      steps: [
        {
          id: "each",
          type: "control.forEach",
          items: { $expr: `[1..${steps}]` },
          body: [
            { id: "note", type: "action.call", action: "test.note@1", input: { n: { $expr: "item" } }, saveAs: "last" },
          ],
        },
        { id: "done", type: "control.return", output: { $expr: "vars.last.n" } },
      ],
    });
    await world.startWorker();
    const runId = await world.start("many-steps");
    expect((await world.ended(runId, withinMs)).output).toBe(steps);
    expect([made.size, [...made.values()].every((count) => count === 1)]).toEqual([steps, true]);

    const chain = await chainOf(world.client, runId);
    const lengths = chain.map((history) => history.events?.length ?? 0);
    expect(lengths.length).toBeGreaterThanOrEqual(Math.ceil(steps / 250));
    expect(Math.max(...lengths)).toBeLessThan(5_000);
    const worst = chain[lengths.indexOf(Math.max(...lengths))];
    if (worst === undefined) throw new Error("The chain is empty");
    const before = process.cpuUsage();
    await Worker.runReplayHistory(
      {
        workflowBundle: world.bundle,
        dataConverter: dataConverter(world.store),
        sinks: { journal: { append: { fn: () => undefined, callDuringReplay: false } } },
      },
      worst,
      workflowIdOf(runId),
    );
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
    await world.expectSound(runId);
  },
  withinMs + 120_000,
);
