import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asksWhy, evidenceOf, type AsksWhy } from "../testing/asks-why.ts";
import { countingEndpoint, type CountingEndpoint } from "../testing/counting-endpoint.ts";
import { onceAction } from "../testing/once-action.ts";
import { WorkerChild } from "../testing/worker-child.ts";
import { newWorld, type World } from "../testing/world.ts";

const onceWorker = fileURLToPath(new URL("../testing/once-worker.ts", import.meta.url));
/** Long enough to be asked about a lost call before Temporal gives it to somebody else, and short enough to see that. */
const heartbeatTimeoutMs = 5_000;

let world: World;
let why: AsksWhy;
let endpoint: CountingEndpoint;
let silent: Server;
let silentUrl: string;
beforeAll(async () => {
  world = await newWorld({ actions: [onceAction] });
  why = asksWhy(world);
  endpoint = await countingEndpoint();
  silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await world.publish({
    workflow: "get",
    steps: [
      {
        id: "ask",
        type: "action.call",
        action: "http.request@1",
        input: { method: "GET", url: { $expr: "payload.url" } },
        timeoutMs: 60_000,
        retry: { maxAttempts: 4, backoffMs: 120_000 },
      },
    ],
  });
  await world.publish({
    workflow: "careful",
    steps: [
      {
        id: "guarded",
        type: "control.tryCatch",
        captureErrorAs: "trouble",
        try: [{ id: "pay", type: "action.call", action: "test.once@1", input: { takesMs: 100_000 } }],
        catch: [{ id: "checked", type: "event.wait", event: "checked", correlationKey: "c-1" }],
      },
    ],
  });
});
afterAll(async () => {
  silent?.closeAllConnections();
  silent?.close();
  await world?.close();
  await endpoint?.close();
});

test("[WHY-01] action-retrying: which attempt of how many, with what it failed, and when the next one is", async () => {
  const worker = await world.startWorker();
  const runId = await world.start("get", { url: `${endpoint.url}/fail/503` });
  const answer = await why.leads(runId, "action-retrying");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(/^Step ask: attempt 1 of 4 failed with HTTP_503; the next is at .* UTC\.$/);
  expect(evidenceOf(answer, "attempts")).toMatchObject([
    { action: "http.request@1", attempt: 1, maxAttempts: 4, code: "HTTP_503", stepPath: "root.steps[0]" },
  ]);
  const [step] = await world.steps(runId);
  expect(answer.next).toBe(step?.nextAttemptAt);
  await world.cancel(runId);
  await why.goes(runId, "action-retrying");
  await worker.stop();
});

test("[WHY-01] action-running: for how long of which limit, on which worker", async () => {
  const worker = await world.startWorker();
  const runId = await world.start("get", { url: silentUrl });
  const answer = await why.leads(runId, "action-running");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(/^Step ask: http\.request@1 is running for [\d.]+ m?s of its /);
  expect(answer.sentence).toContain(`of its 1 min limit on worker ${worker.identity}`);
  expect(evidenceOf(answer, "activity")).toMatchObject([{ isStarted: true, worker: worker.identity, attempt: 1 }]);
  await world.cancel(runId);
  await why.goes(runId, "action-running");
  await worker.stop();
});

test("[WHY-01] action-lost: its worker is gone, and when it is tried again at the latest", async () => {
  const child = new WorkerChild(world, { MAINSPRING_BOUNDS: JSON.stringify({ heartbeatTimeoutMs }) });
  await child.start();
  const runId = await world.start("get", { url: silentUrl });
  await why.leads(runId, "action-running");
  await child.kill();
  const answer = await why.leads(runId, "action-lost");
  expect(answer.also).toEqual([]);
  expect(answer.sentence).toMatch(
    /^Step ask: its worker is gone, last heard of at .* UTC; it is tried again at .* UTC at the latest\.$/,
  );
  expect(evidenceOf(answer, "timeouts")).toMatchObject([{ heartbeatTimeoutMs, timeoutMs: 65_000 }]);
  const worker = await world.startWorker();
  await why.goes(runId, "action-lost");
  await why.leads(runId, "action-running");
  await world.cancel(runId);
  await worker.stop();
});

test("[WHY-01] action-unknown-outcome: its effect may have happened, and the ledger's row says so", async () => {
  const child = new WorkerChild(
    world,
    { MAINSPRING_BOUNDS: JSON.stringify({ heartbeatTimeoutMs: 1_000 }) },
    onceWorker,
  );
  await child.start();
  const runId = await world.start("careful");
  await why.leads(runId, "action-running");
  await child.kill();
  const worker = await world.startWorker();
  await world.waiting(runId);
  const answer = await why.leads(runId, "action-unknown-outcome");
  expect(answer.sentence).toBe("Step pay failed with an unknown outcome: its effect may have happened.");
  expect(evidenceOf(answer, "ledger")).toMatchObject([
    { action: "test.once@1", status: "UNKNOWN", stepPath: "root.steps[0].try.steps[0]" },
  ]);
  // The author's handler waits for somebody who looks.
  expect(answer.also.map(({ cause }) => cause)).toEqual(["waiting-event"]);
  await world.event({ name: "checked", correlationKey: "c-1" });
  await why.goes(runId, "action-unknown-outcome");
  expect((await world.ended(runId)).status).toBe("SUCCEEDED");
  await worker.stop();
});
