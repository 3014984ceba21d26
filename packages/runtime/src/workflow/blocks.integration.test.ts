import { afterAll, beforeAll, expect, test } from "vitest";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  world = await newWorld();
  endpoint = await countingEndpoint();
  await world.startWorker();
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

const order = (id: string, orderId: string, more: object = {}) => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: { method: "POST", url: { $expr: 'payload.url & "/orders"' }, body: { orderId: { $expr: orderId } } },
  ...more,
});
const fail = (id: string, status: number) => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: { method: "GET", url: { $expr: `payload.url & "/fail/${status}"` } },
});
const ordersOf = (prefix: string): string[] =>
  endpoint.calls.flatMap(({ path, body }) =>
    path === "/orders" && (body as { orderId: string }).orderId.startsWith(prefix)
      ? [(body as { orderId: string }).orderId]
      : [],
  );

test("[LNX-01] a concurrent loop keeps to its window and to the order of its items", async () => {
  await world.publish({
    workflow: "windowed",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: { $expr: "[1..9]" },
        concurrency: 3,
        body: [order("make", '"w-" & item', { saveAs: "made" })],
        collect: { value: { $expr: "vars.made.body.orderId" }, saveAs: "all" },
      },
      { id: "done", type: "control.return", output: { $expr: "vars.all" } },
    ],
  });
  let inFlight = 0;
  let most = 0;
  endpoint.onEffect(async ({ body }) => {
    if (!(body as { orderId: string }).orderId.startsWith("w-")) return;
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setTimeout(resolve, 30));
    inFlight--;
  });
  const runId = await world.start("windowed", { url: endpoint.url });
  const run = await world.ended(runId);
  endpoint.onEffect(undefined);
  expect(run.output).toEqual(Array.from({ length: 9 }, (_, i) => `w-${i + 1}`));
  expect([most > 1, most <= 3]).toEqual([true, true]);
  await world.expectSound(runId);
});

test("[SAG-01] what a saga completed is undone last first, once each, and the error goes on", async () => {
  const undo = (id: string, orderId: string) => ({ compensate: [order(id, orderId)] });
  await world.publish({
    workflow: "trip",
    steps: [
      {
        id: "guard",
        type: "control.tryCatch",
        try: [
          {
            id: "book",
            type: "control.saga",
            body: [
              order("hotel", '"t-hotel"', undo("unHotel", '"t-unhotel"')),
              order("flight", '"t-flight"', undo("unFlight", '"t-unflight"')),
              fail("car", 409),
            ],
          },
        ],
        catch: [{ id: "out", type: "control.return", output: { $expr: "error.code" } }],
      },
    ],
  });
  const runId = await world.start("trip", { url: endpoint.url });
  const run = await world.ended(runId);
  expect(run.output).toBe("HTTP_409");
  expect(ordersOf("t-")).toEqual(["t-hotel", "t-flight", "t-unflight", "t-unhotel"]);
  expect(await world.trace(runId)).toEqual([
    "guard SUCCEEDED",
    "book FAILED",
    "hotel SUCCEEDED",
    "flight SUCCEEDED",
    "car FAILED",
    "unFlight SUCCEEDED",
    "unHotel SUCCEEDED",
    "out SUCCEEDED",
  ]);
  await world.expectSound(runId);
});

test("[SAG-01] a cancel undoes too, and the undoing is not cancelled by a second one", async () => {
  await world.publish({
    workflow: "stay",
    steps: [
      {
        id: "book",
        type: "control.saga",
        body: [
          order("room", '"s-room"', {
            compensate: [{ id: "breathe", type: "time.wait", durationMs: 400 }, order("unRoom", '"s-unroom"')],
          }),
          { id: "sleep", type: "time.wait", durationMs: 600_000 },
        ],
      },
    ],
  });
  const runId = await world.start("stay", { url: endpoint.url });
  await world.waiting(runId);
  await world.cancel(runId);
  await until("it is undoing", async () =>
    (await world.trace(runId)).some((line) => line.startsWith("breathe")) ? true : undefined,
  );
  await world.cancel(runId);
  const run = await world.ended(runId);
  expect(run.status).toBe("CANCELED");
  expect(ordersOf("s-")).toEqual(["s-room", "s-unroom"]);
  expect(await world.trace(runId)).toEqual([
    "book CANCELED",
    "room SUCCEEDED",
    "sleep CANCELED",
    "breathe SUCCEEDED",
    "unRoom SUCCEEDED",
  ]);
  await world.expectSound(runId);
});

test("[LNX-01] a race ends with its first branch, switch, while, finally and raise do as they say", async () => {
  await world.publish({
    workflow: "blocks",
    steps: [
      {
        id: "race",
        type: "control.parallel",
        completion: "any",
        saveAs: "race",
        branches: [
          { id: "slow", steps: [{ id: "nap", type: "time.wait", durationMs: 600_000 }] },
          { id: "fast", steps: [{ id: "quick", type: "action.call", action: "random.uuid@1", input: {} }] },
        ],
      },
      { id: "count", type: "transform.assign", assign: { "vars.n": 0 } },
      {
        id: "loop",
        type: "control.while",
        condition: { $expr: "vars.n < 3" },
        maxIterations: 5,
        body: [{ id: "add", type: "transform.assign", assign: { "vars.n": { $expr: "vars.n + 1" } } }],
      },
      {
        id: "guard",
        type: "control.tryCatch",
        catchOn: ["TOO_MANY"],
        try: [
          {
            id: "pick",
            type: "control.switch",
            cases: [
              {
                when: { $expr: "vars.n = 3" },
                steps: [{ id: "stop", type: "control.raise", code: "TOO_MANY", message: "three" }],
              },
            ],
            default: [],
          },
        ],
        catch: [{ id: "seen", type: "transform.assign", assign: { "vars.code": { $expr: "error.code" } } }],
        finally: [{ id: "always", type: "transform.assign", assign: { "vars.tidied": true } }],
      },
      {
        id: "done",
        type: "control.return",
        output: {
          counted: { $expr: "vars.race.counted" },
          n: { $expr: "vars.n" },
          code: { $expr: "vars.code" },
          tidied: { $expr: "vars.tidied" },
        },
      },
    ],
  });
  const runId = await world.start("blocks");
  expect((await world.ended(runId)).output).toEqual({ counted: ["fast"], n: 3, code: "TOO_MANY", tidied: true });
  await world.expectSound(runId);
});
