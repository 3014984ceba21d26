import { afterAll, beforeAll, expect, test } from "vitest";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { newWorld, type World } from "../testing/world.ts";

let world: World;
let endpoint: CountingEndpoint;
let worker: Awaited<ReturnType<World["startWorker"]>>;
beforeAll(async () => {
  world = await newWorld();
  endpoint = await countingEndpoint();
  worker = await world.startWorker();
});
afterAll(async () => {
  await world?.close();
  await endpoint?.close();
});

const post = (id: string, path: string, more: object = {}): object => ({
  id,
  type: "action.call",
  action: "http.request@1",
  input: { method: "POST", url: { $expr: `payload.url & "${path}"` }, body: { order: { $expr: "payload.run" } } },
  ...more,
});
const calledPaths = (run: string): string[] =>
  endpoint.calls.filter(({ body }) => (body as { order?: string } | undefined)?.order === run).map(({ path }) => path);

test("[SAG-01] a failed body is undone, last first, each step once; the original error goes on", async () => {
  await world.publish({
    workflow: "undoing",
    steps: [
      {
        id: "trip",
        type: "control.saga",
        body: [
          post("hotel", "/hotel", { saveAs: "h", compensate: [post("unHotel", "/un-hotel")] }),
          post("flight", "/flight", { compensate: [post("unFlight", "/un-flight")] }),
          post("car", "/fail/409", { compensate: [post("unCar", "/un-car")] }),
        ],
      },
    ],
  });
  const runId = await world.start("undoing", { url: endpoint.url, run: "failing" });
  const run = await world.ended(runId);
  expect(run.error).toMatchObject({ code: "HTTP_409", stepId: "car" });
  expect(calledPaths("failing")).toEqual(["/hotel", "/flight", "/fail/409", "/un-flight", "/un-hotel"]);
  expect(await world.trace(runId)).toEqual([
    "trip FAILED",
    "hotel SUCCEEDED",
    "flight SUCCEEDED",
    "car FAILED",
    "unFlight SUCCEEDED",
    "unHotel SUCCEEDED",
  ]);
  await world.expectSound(runId);
});

test("[SAG-01] under a cancel the completed steps are undone, and the run ends CANCELED", async () => {
  await world.publish({
    workflow: "undoing-cancelled",
    steps: [
      {
        id: "trip",
        type: "control.saga",
        body: [
          post("hotel", "/hotel", { compensate: [post("unHotel", "/un-hotel")] }),
          { id: "nap", type: "time.wait", durationMs: 600_000 },
        ],
      },
    ],
  });
  const runId = await world.start("undoing-cancelled", { url: endpoint.url, run: "cancelled" });
  await world.waiting(runId);
  await worker.stop();
  await world.cancel(runId);
  // Accepted, and noted; that it has ended only the run itself says, and no worker is there that runs it.
  expect(await world.run(runId)).toMatchObject({
    status: "WAITING",
    completedAt: null,
    cancelRequestedAt: expect.any(String),
  });
  worker = await world.startWorker();
  expect((await world.ended(runId)).status).toBe("CANCELED");
  expect(calledPaths("cancelled")).toEqual(["/hotel", "/un-hotel"]);
  expect(await world.trace(runId)).toEqual(["trip CANCELED", "hotel SUCCEEDED", "nap CANCELED", "unHotel SUCCEEDED"]);
  await world.expectSound(runId);
});

test("the items of a forEach run side by side, and collect keeps their order", async () => {
  await world.publish({
    workflow: "side-by-side",
    steps: [
      {
        id: "each",
        type: "control.forEach",
        items: [400, 300, 200, 100, 50],
        concurrency: 3,
        body: [
          { id: "nap", type: "time.wait", durationMs: { $expr: "item" } },
          post("call", "/item", { saveAs: "answer" }),
          {
            id: "keep",
            type: "transform.assign",
            assign: { "vars.mine": { $expr: '$string(item) & " " & vars.answer.status' } },
          },
        ],
        collect: { value: { $expr: "vars.mine" }, saveAs: "all" },
      },
      {
        id: "done",
        type: "control.return",
        output: { all: { $expr: "vars.all" }, mine: { $expr: "$exists(vars.mine)" } },
      },
    ],
  });
  const runId = await world.start("side-by-side", { url: endpoint.url, run: "items" });
  const run = await world.ended(runId);
  expect(run.output).toEqual({ all: ["400 200", "300 200", "200 200", "100 200", "50 200"], mine: false });
  expect(calledPaths("items")).toHaveLength(5);
  await world.expectSound(runId);
});
