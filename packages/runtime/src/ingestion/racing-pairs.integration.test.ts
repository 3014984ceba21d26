// Events that come while their wait is being registered: none is missed, none is taken twice. `MAINSPRING_RACING_PAIRS=20000` is the long form.
import { setTimeout as sleep } from "node:timers/promises";
import { deliveriesOf, type DeliveryRow } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

const pairs = Number(process.env["MAINSPRING_RACING_PAIRS"] ?? 40);
const atOnce = 10;

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await world.publish({
    workflow: "paired",
    steps: [
      {
        id: "wait",
        type: "event.wait",
        event: "pair.came",
        correlationKey: { $expr: "payload.id" },
        timeoutMs: 600_000,
        saveAs: "came",
      },
      { id: "done", type: "control.return", output: { $expr: "vars.came.n" } },
    ],
  });
  await world.startWorker();
});
afterAll(() => world?.close());

const deliveries = (eventId: string): Promise<DeliveryRow[]> =>
  world.store.tenant(world.tenantId, (db) => deliveriesOf(db, eventId));
/** The one that the event has, once the run has said what it did. */
const taken = (eventId: string): Promise<DeliveryRow[]> =>
  until("the run has said what it did", async () => {
    const rows = await deliveries(eventId);
    return rows.length > 0 && rows.every(({ state }) => state === "taken" || state === "ignored") ? rows : undefined;
  });

test(
  `[MBX-01] [MBX-02] of ${pairs} events that race their wait's registration none is missed, and none is taken twice`,
  async () => {
    // Goes for the moment of the opening: later after an event that came before it, earlier after one that came behind it.
    let delayMs = 60;
    const counts = { before: 0, behind: 0 };
    let next = 0;
    const race = async (n: number): Promise<void> => {
      const id = `pair-${n}`;
      const runId = await world.start("paired", { id });
      await sleep(delayMs * (0.6 + ((n * 7) % 80) / 100));
      const eventId = await world.event({ name: "pair.came", id, correlationKey: id, payload: { n } });
      expect(await world.ended(runId)).toMatchObject({ status: "SUCCEEDED", output: n });
      const [delivery, ...others] = await taken(eventId);
      expect(others).toEqual([]);
      expect(delivery).toMatchObject({ runId, state: "taken" });
      expect((await world.waits(runId)).map(({ status, resolvedBy }) => [status, resolvedBy])).toEqual([
        ["RESOLVED", "event"],
      ]);
      // Found by the wait that opened, or told by a signal.
      const isBefore = delivery?.attempts === 0;
      counts[isBefore ? "before" : "behind"] += 1;
      delayMs = Math.max(1, delayMs * (isBefore ? 1.2 : 0.85));
      if (n % 20 === 0) await world.expectSound(runId);
    };
    const lane = async (): Promise<void> => {
      while (next < pairs) await race((next += 1));
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    process.stdout.write(
      `events against registrations: ${counts.before} found by the wait, ${counts.behind} told by a signal, of ${pairs}\n`,
    );
    expect(counts.before + counts.behind).toBe(pairs);
    // A race that only one side wins is none.
    expect(Math.min(counts.before, counts.behind)).toBeGreaterThan(0);
  },
  60_000 + pairs * 2_000,
);

test("[MBX-01] a replayed run does not take its predecessor's event, and takes one of its own", async () => {
  const runId = await world.start("paired", { id: "again" });
  const first = await world.event({ name: "pair.came", correlationKey: "again", payload: { n: 1 } });
  expect((await world.ended(runId)).output).toBe(1);
  const replayed = await world.replay(runId);
  await world.waiting(replayed);
  expect((await deliveries(first)).map((row) => row.runId)).toEqual([runId]);
  const second = await world.event({ name: "pair.came", correlationKey: "again", payload: { n: 2 } });
  expect((await world.ended(replayed)).output).toBe(2);
  expect((await taken(second)).map((row) => [row.runId, row.state])).toEqual([[replayed, "taken"]]);
  expect((await taken(first)).map((row) => [row.runId, row.state])).toEqual([[runId, "taken"]]);
});
