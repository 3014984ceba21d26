import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

const events = 30;
/** After so many starts the worker is killed. */
const fatal = [5, 20, 45];

let world: World;
let worker: WorkerChild;
beforeAll(async () => {
  world = await newWorld();
  worker = new WorkerChild(world);
  await worker.start();
});
afterAll(async () => {
  await worker?.stop();
  await world?.close();
});

const fired = async (): Promise<{ readonly event: string; readonly trigger: string; readonly run: string }[]> =>
  (await asOwner(
    world.database,
    "select event_id as event, trigger_id as trigger, run_id as run from workflow_trigger_decisions where outcome = 'fired'",
  )) as { event: string; trigger: string; run: string }[];

test("[ING-17] [ING-22] workers that are killed while they start runs lose no start and make none twice", async () => {
  await world.publish({
    workflow: "twice",
    triggers: [
      { id: "one", event: "twice.came" },
      { id: "two", event: "twice.came", when: { $expr: "event.payload.n >= 0" } },
      { id: "never", event: "twice.came", when: { $expr: "event.payload.n < 0" } },
    ],
    steps: [{ id: "done", type: "control.return", output: { $expr: "payload.n" } }],
  });
  const ids: string[] = [];
  for (let n = 0; n < events; n += 1)
    ids.push(await world.event({ name: "twice.came", correlationKey: `t-${n}`, payload: { n } }));
  for (const count of fatal) {
    await until(`${count} runs are started`, async () => ((await fired()).length >= count ? true : undefined), {
      withinMs: 60_000,
      everyMs: 5,
    });
    await worker.kill();
    await worker.start();
  }
  await until(
    "every event is done with",
    async () => {
      const open = await asOwner(world.database, "select from workflow_runtime_events where state <> 'completed'");
      return open.length === 0 ? true : undefined;
    },
    { withinMs: 90_000 },
  );
  const starts = await fired();
  expect(starts.map(({ event, trigger }) => `${event} ${trigger}`).toSorted()).toEqual(
    ids.flatMap((id) => [`${id} one`, `${id} two`]).toSorted(),
  );
  const runs = (await asOwner(world.database, "select id from workflow_runs")) as { id: string }[];
  expect(runs.map(({ id }) => id).toSorted()).toEqual(starts.map(({ run }) => run).toSorted());
  for (const { run, event } of starts) expect((await world.ended(run)).output).toBe(ids.indexOf(event));
  const declined = await asOwner(
    world.database,
    "select from workflow_trigger_decisions where outcome = 'filtered' and trigger_id = 'never'",
  );
  expect(declined).toHaveLength(events);
}, 240_000);
