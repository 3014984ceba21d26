// The example of `npm start`, with the shop that the server serves, in three runs that may not differ in anything that a
// person sees.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectStatus } from "../start/api.ts";
import { publishExample, readExamples, type ExampleStart } from "../start/examples.ts";
import { startGate, type Gate } from "./gate.ts";
import { root, startProduct, type Product } from "./product.ts";

let product: Product;
let gate: Gate;
beforeAll(async () => {
  product = await startProduct();
  gate = await startGate(product.url);
});
afterAll(async () => {
  await gate?.close();
  await product?.close();
});

test("[INT-08] [VER-07] [TST-15] the example's trace is the same plain, with the worker killed, and in a chain of executions", async () => {
  const { api, world } = product;
  const [example] = readExamples(join(root, "examples"), gate.url).filter(({ name }) => name === "order-fulfilment");
  if (example?.start === undefined) throw new Error("the example is gone");
  expect(await publishExample(api, example)).toMatchObject({ key: "order-fulfilment" });
  const { start } = example;

  const plain = await fulfil("A-plain", start);

  const kills: string[] = [];
  const kill = async (where: string): Promise<void> => {
    kills.push(where);
    await product.worker.kill();
  };
  gate.onAnswer(async (call) => {
    // Held back until the worker is dead: the shop has charged, and nobody was told.
    if (call === "POST /demo/charge" && !kills.includes(call)) await kill(call);
  });
  const killed = await fulfil("A-killed", start, () => kill("while it waits"));
  gate.onAnswer(undefined);
  expect(kills).toEqual(["while it waits", "POST /demo/charge"]);

  await product.replaceWorker({
    MAINSPRING_BOUNDS: JSON.stringify({ remoteSteps: 3, steps: 6, heartbeatTimeoutMs: 4_000 }),
  });
  const chained = await fulfil("A-chained", start);

  const executions = {
    plain: await world.executionLengths(plain.runId),
    killed: await world.executionLengths(killed.runId),
    chained: await world.executionLengths(chained.runId),
  };
  process.stdout.write(`history events of each execution: ${JSON.stringify(executions)}\n${plain.trace.join("\n")}\n`);
  expect(executions.plain).toHaveLength(1);
  expect(executions.chained.length).toBeGreaterThanOrEqual(3);

  expect(plain.trace.length).toBeGreaterThan(15);
  expect(plain.trace).toContain("tell-as-wished FAILED");
  expect(killed.trace).toEqual(plain.trace);
  expect(chained.trace).toEqual(plain.trace);
  expect(killed.output).toEqual(plain.output);
  expect(chained.output).toEqual(plain.output);
  for (const { facts } of [plain, killed, chained]) {
    expect(facts).toEqual({
      reservations: 1,
      charges: 1,
      labels: { "tea-green": 1, "cup-white": 1, kettle: 1 },
      notices: { mail: 1 },
    });
  }
}, 240_000);

/** One run to its end. In what it returns `<order>` stands for the order's id. */
async function fulfil(orderId: string, start: ExampleStart, whileWaiting?: () => Promise<void>) {
  const { api, world, url } = product;
  const startedMs = performance.now();
  const payload = { ...(start.payload as object), orderId };
  const reply = await api.request("POST", "/workflows/order-fulfilment/runs", { payload });
  const runId = String(expectStatus(reply, 202)["runId"]);
  await world.waiting(runId, 60_000);
  await whileWaiting?.();
  const [event] = start.events;
  expectStatus(await api.request("POST", "/events", { ...event, id: `paid-${orderId}`, correlationKey: orderId }), 202);
  const run = await world.ended(runId, 90_000);
  expect(run.error).toBeNull();
  expect(run.status).toBe("SUCCEEDED");
  await world.expectSound(runId);
  const facts = (await (await fetch(`${url}/demo/orders/${orderId}`)).json()) as Record<string, unknown>;
  delete facts["orderId"];
  const output: unknown = JSON.parse(JSON.stringify(run.output).replaceAll(orderId, "<order>"));
  process.stdout.write(`${orderId}: ${Math.round(performance.now() - startedMs)} ms\n`);
  return { runId, trace: await world.trace(runId), output, facts };
}
