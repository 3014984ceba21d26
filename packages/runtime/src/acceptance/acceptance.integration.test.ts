import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WorkerChild } from "../testing/worker-child.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { curbsidePickup } from "./curbside-pickup.ts";
import { evCharging } from "./ev-charging.ts";
import { issueLifecycle } from "./issue-lifecycle.ts";
import { openOutside, type Outside } from "./outside.ts";
import type { Variant } from "./variant.ts";

const variants: readonly Variant[] = [...curbsidePickup, ...evCharging, ...issueLifecycle];
const seed = Number(process.env["MAINSPRING_SEED"] ?? Date.now() % 1_000_000);

let world: World;
let outside: Outside;
beforeAll(async () => {
  world = await newWorld();
  outside = await openOutside();
  for (const workflow of new Set(variants.map((variant) => variant.workflow)))
    await world.publish(
      await readFile(new URL(`../../../../examples/${workflow}/${workflow}.flow.yaml`, import.meta.url), "utf8"),
    );
});
afterAll(async () => {
  await world?.close();
  await outside?.close();
});

/** From the start to what is left of it, all compared with what the variant says. @returns the run's id */
async function expectAsSaid(variant: Variant, run: string): Promise<string> {
  outside.answer(run, variant.answers);
  const runId = await world.start(variant.workflow, variant.payload(outside.baseUrl(run), run));
  await variant.play?.({
    world,
    outside,
    run,
    runId,
    waits: async (place) =>
      void (await until(
        `${place} of ${run} waits`,
        async () => ((await world.trace(runId)).includes(`${place} WAITING`) ? true : undefined),
        { withinMs: 60_000 },
      )),
    event: async (name, payload) => void (await world.event({ name, correlationKey: run, payload })),
  });
  const ended = await world.ended(runId, 120_000);
  const named = <Of>(value: Of): Of =>
    value === undefined ? value : (JSON.parse(JSON.stringify(value).replaceAll("{run}", run)) as Of);
  const error = ended.error as { readonly code?: string } | null;
  expect({
    status: ended.status,
    state: ended.state,
    output: ended.output ?? undefined,
    error: error?.code,
    trace: (await world.trace(runId)).toSorted(),
    effects: outside.effects(run),
  }).toEqual({
    status: variant.status,
    state: variant.state,
    output: named(variant.output),
    error: variant.error,
    trace: variant.trace.toSorted(),
    effects: named(variant.effects),
  });
  await world.expectSound(runId);
  return runId;
}

// All variants of a way at once, as runs of one worker.
describe("plain", () => {
  beforeAll(async () => void (await world.startWorker()));
  afterAll(() => world.stopWorkers());
  test.concurrent.each(variants.map((variant, n) => [variant.title, variant, n] as const))(
    "%s",
    async (_, variant, n) => {
      await expectAsSaid(variant, `plain-${n}`);
    },
    180_000,
  );
});

describe("continued as new every few steps", () => {
  beforeAll(async () => void (await world.startWorker({ bounds: { remoteSteps: 2, steps: 5 } })));
  afterAll(() => world.stopWorkers());
  test.concurrent.each(variants.map((variant, n) => [variant.title, variant, n] as const))(
    "%s",
    async (_, variant, n) => {
      const runId = await expectAsSaid(variant, `chain-${n}`);
      expect((await world.executionLengths(runId)).length).toBeGreaterThan(1);
    },
    180_000,
  );
});

describe(`killed at a moment of chance, seed ${seed}`, () => {
  let worker: WorkerChild;
  let busy: Promise<void> | undefined;
  let kills = 0;
  beforeAll(async () => {
    worker = new WorkerChild(world);
    await worker.start();
  });
  afterAll(async () => {
    await worker.stop();
    process.stdout.write(`acceptance, seed ${seed}: ${kills} kills between an effect and its answer\n`);
  });
  test.concurrent.each(variants.map((variant, n) => [variant.title, variant, n] as const))(
    "%s",
    async (_, variant, n) => {
      const run = `killed-${n}`;
      const fatal = 1 + ((seed + 31 * n) % variant.effects.length);
      let killed = false;
      outside.onEffect(run, async (number) => {
        if (number !== fatal) return;
        killed = true;
        await busy;
        kills++;
        busy = worker.kill().then(() => worker.start());
        await busy;
      });
      await expectAsSaid(variant, run);
      expect(killed).toBe(true);
    },
    180_000,
  );
});
