// Server and worker are killed while events come in for runs that wait: an event that was accepted reaches its run once.
import { countingEndpoint, until, type CountingEndpoint } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectStatus } from "../start/api.ts";
import { newChance } from "./chance.ts";
import { startProduct, type Product } from "./product.ts";
import { sideBySide } from "./side-by-side.ts";

const runs = 100;
const numbers = Array.from({ length: runs }, (_, n) => n);

let product: Product;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  product = await startProduct();
  endpoint = await countingEndpoint();
});
afterAll(async () => {
  await product?.close();
  await endpoint?.close();
});

test("[ING-20] [OPS-11] [TST-26] 100 events for 100 waiting runs, server and worker killed meanwhile: each is taken once", async () => {
  const { api, world, server, worker } = product;
  await publishWorkflow();
  const runIds = new Map<number, string>();
  await sideBySide(numbers, 8, async (n) => {
    const reply = await api.request("POST", "/workflows/parked/runs", { payload: { n, url: endpoint.url } });
    runIds.set(n, String(expectStatus(reply, 202)["runId"]));
  });
  await sideBySide(numbers, 8, (n) => world.waiting(String(runIds.get(n)), 60_000));

  const chance = newChance();
  const killAfter = [8, 26, 48, 70, 92].map((about) => about + chance.between(-6, 6));
  const kills: { victim: "server" | "worker"; after: number; done: Promise<void> }[] = [];
  const killOne = async (victim: "server" | "worker"): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, chance.between(0, 15)));
    await (victim === "server" ? server : worker).kill();
  };
  const accepted = new Map<number, string>();
  const unanswered: number[] = [];
  const post = async (n: number): Promise<void> => {
    const event = { name: "parked.go", id: `event-${n}`, correlationKey: `key-${n}`, payload: { n } };
    accepted.set(n, String(expectStatus(await api.request("POST", "/events", event), 202)["eventId"]));
  };
  const startedMs = performance.now();
  await sideBySide(numbers, 4, async (n) => {
    try {
      await post(n);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch's own: no answer came
      unanswered.push(n);
      await server.ready();
    }
    const after = accepted.size + unanswered.length;
    if (after < (killAfter[kills.length] ?? Infinity)) return;
    const victim = kills.length % 2 === 0 ? "worker" : "server";
    kills.push({ victim, after, done: killOne(victim) });
  });
  await Promise.all(kills.map(({ done }) => done));
  await Promise.all([killOne("worker"), killOne("server")]); // right after the last 202
  await server.ready();
  for (const n of unanswered) await post(n);

  // What each run ended with: an output, or an error.
  const ended = new Map<number, unknown>();
  await sideBySide(numbers, 8, async (n) => {
    const run = await world.ended(String(runIds.get(n)), 120_000);
    ended.set(n, run.error ?? run.output);
  });
  process.stdout.write(
    `killed ${kills.map(({ victim, after }) => `${victim} after ${after}`).join(", ")}, then both; ` +
      `${unanswered.length} events had no answer and were sent again; all ended after ${Math.round(performance.now() - startedMs)} ms\n`,
  );
  expect(kills).toHaveLength(killAfter.length);
  expect(numbers.map((n) => ended.get(n))).toEqual(numbers);
  expect([...endpoint.facts.values()]).toEqual(numbers.map(() => 1));

  await sideBySide(numbers, 8, async (n) => {
    const deliveries = await until(`the verdict on event ${n} is known`, async () => {
      const { body } = await api.request("GET", `/events/${accepted.get(n)}/deliveries`);
      const items = body["items"] as { runId: string; status: string }[];
      return items.some(({ status }) => status === "taken") ? items : undefined;
    });
    expect(deliveries.map(({ runId, status }) => ({ runId, status }))).toEqual([
      { runId: runIds.get(n), status: "taken" },
    ]);
  });
  for (const n of numbers.slice(0, 10)) await world.expectSound(String(runIds.get(n)));
}, 300_000);

async function publishWorkflow(): Promise<void> {
  const order = {
    method: "POST",
    url: { $expr: 'payload.url & "/orders"' },
    body: { orderId: { $expr: '"order-" & payload.n' } },
  };
  const steps = [
    {
      id: "go",
      type: "event.wait",
      event: "parked.go",
      correlationKey: { $expr: '"key-" & payload.n' },
      saveAs: "sent",
    },
    { id: "order", type: "action.call", action: "http.request@1", input: order, retry: { maxAttempts: 3 } },
    { id: "done", type: "control.return", output: { $expr: "vars.sent.n" } },
  ];
  const definition = { workflow: "parked", name: "Parked", semantics: 2, payload: { type: "object" }, steps };
  expectStatus(await product.api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await product.api.request("POST", "/workflows/parked/publish", {}), 200, 201);
}
