// Two things that come at the same time: exactly one branch is taken, nothing is lost, and the rows are those of history.
import { MainspringError } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { openOutside, type Outside } from "../acceptance/outside.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

// 2,000 in the long form.
const races = Number(process.env["MAINSPRING_RACES"] ?? 40);
const atOnce = 10;

let world: World;
let outside: Outside;
beforeAll(async () => {
  world = await newWorld();
  outside = await openOutside();
  await world.startWorker();
});
afterAll(async () => {
  await world?.close();
  await outside?.close();
});

async function sideBySide<T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const lane = async (): Promise<void> => {
    for (const n of numbers) results.push(await one(n));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

test("[RUN-04] [SAG-01] cancel against completion: what was answered is what the run did, and what it did is undone once or not at all", async () => {
  const post = (id: string, path: string, more: object = {}): object => ({
    id,
    type: "action.call",
    action: "http.request@1",
    input: { method: "POST", url: { $expr: `payload.baseUrl & "${path}"` } },
    ...more,
  });
  await world.publish({
    workflow: "cancel-race",
    steps: [
      {
        id: "both",
        type: "control.saga",
        body: [
          post("do", "/do", { compensate: [post("undo", "/undo")] }),
          { id: "nap", type: "time.wait", durationMs: 5 },
        ],
      },
    ],
  });
  // Of a run's length on this machine, now: it goes after the line between too early and too late.
  let delayMs = 60;
  const ends = await sideBySide(races, async (n) => {
    const run = `cancel-${n}`;
    outside.answer(run, { "POST /do": { body: {} }, "POST /undo": { body: {} } });
    const runId = await world.start("cancel-race", { baseUrl: outside.baseUrl(run) });
    await until("it has been done", () => (outside.effects(run).length > 0 ? true : undefined), { everyMs: 2 });
    await sleep(delayMs * (0.7 + ((n * 7) % 60) / 100));
    const reply = await world.cancel(runId).then(
      () => "accepted",
      (error: unknown) => (error instanceof MainspringError ? error.code : String(error)),
    );
    const { status } = await world.ended(runId);
    delayMs *= status === "CANCELED" ? 1.15 : 0.87;
    expect(["accepted", "RUN_ALREADY_ENDED"]).toContain(reply);
    // An accepted cancel may come too late; one that was refused was not needed any more.
    if (reply === "RUN_ALREADY_ENDED") expect(status).not.toBe("CANCELED");
    // Cancelled before its result was known, a step is not undone: the run says that its effect may remain.
    const isUndone = status === "CANCELED" && (await world.trace(runId)).includes("do SUCCEEDED");
    expect(outside.effects(run)).toEqual(isUndone ? ["POST /do", "POST /undo"] : ["POST /do"]);
    if (status === "CANCELED" && !isUndone)
      expect((await world.run(runId)).error).toMatchObject({ details: { effectsMayRemain: [{ iteration: [] }] } });
    await world.expectSound(runId);
    return status;
  });
  const canceled = ends.filter((status) => status === "CANCELED").length;
  process.stdout.write(`cancel against completion: ${canceled} of ${races} cancelled\n`);
  expect(new Set(ends)).toEqual(new Set(["CANCELED", "SUCCEEDED"]));
}, 1_800_000);

test("[WAI-08] [MBX-02] event against timeout: exactly one branch, and the event is taken or recorded as not", async () => {
  await world.publish({
    workflow: "time-race",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          {
            id: "wait",
            type: "event.wait",
            event: "race.event",
            correlationKey: { $expr: "payload.id" },
            timeoutMs: 120,
            saveAs: "told",
          },
        ],
        catch: [{ id: "late", type: "transform.assign", assign: { "vars.late": true } }],
      },
      { id: "rest", type: "time.wait", durationMs: 300 },
      { id: "done", type: "control.return", output: { told: { $expr: "vars.told.n" }, late: { $expr: "vars.late" } } },
    ],
  });
  const taken = await sideBySide(races, async (n) => {
    const id = `race-${n}`;
    const runId = await world.start("time-race", { id });
    await world.waiting(runId);
    await sleep(60 + ((n * 13) % 90));
    await world.event({ name: "race.event", correlationKey: id, payload: { n } });
    const { status, output } = await world.ended(runId);
    expect(status).toBe("SUCCEEDED");
    const took = (output as { readonly told?: number }).told === n;
    expect(output).toEqual(took ? { told: n } : { late: true });
    const [wait] = await world.waits(runId);
    expect(wait).toMatchObject({ status: "RESOLVED", resolvedBy: took ? "event" : "timeout" });
    await world.expectSound(runId);
    return took;
  });
  process.stdout.write(`event against timeout: ${taken.filter(Boolean).length} of ${races} taken\n`);
}, 1_800_000);
