// Postgres stands still, and is away, while runs have their effects: they go on afterwards as if nothing had been.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { countingEndpoint, until, type CountingEndpoint } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../ports.ts";
import { embeddedPostgres, type EmbeddedPostgres } from "../postgres/postgres.ts";
import { expectStatus } from "../start/api.ts";
import type { Supervisor } from "../supervisor.ts";
import { testVariables } from "../testing.ts";
import { withDescendants } from "./proc.ts";
import { keep, startProduct, type Product } from "./product.ts";

const heldMs = 30_000;
const awayMs = 12_000;
const runs = 10;
const ordersOfRun = 6;

const folder = mkdtempSync(join(tmpdir(), "mainspring-held-"));
chmodSync(folder, 0o711); // as root, Postgres runs as another user
let postgres: EmbeddedPostgres;
let supervisor: Supervisor;
let product: Product;
let endpoint: CountingEndpoint;
beforeAll(async () => {
  postgres = await embeddedPostgres({ folder, port: await freePort(), durability: "keep" });
  ({ supervisor } = await keep(postgres.service));
  process.env[testVariables.database] = postgres.ownerUrl; // of this file's process alone
  product = await startProduct();
  endpoint = await countingEndpoint();
  await publishWorkflow();
});
afterAll(async () => {
  await product?.close();
  await endpoint?.close();
  await supervisor?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("Postgres held for 30 s in mid-run: the runs complete, and nothing is doubled", async () => {
  const figures = await expectToGoOn("held", async () => {
    const processes = withDescendants(supervisor.pids().postgres ?? 0);
    for (const pid of processes) process.kill(pid, "SIGSTOP"); // the first can then start no further ones
    await pause(heldMs);
    for (const pid of processes) process.kill(pid, "SIGCONT");
    return `${processes.length} processes held`;
  });
  process.stdout.write(`${figures}\n`);
}, 180_000);

test("Postgres away for 12 s in mid-run: no call counts as lost with its worker, and nothing is doubled", async () => {
  const figures = await expectToGoOn("away", async () => {
    await supervisor.stop();
    await pause(awayMs);
    ({ supervisor } = await keep(postgres.service));
    return "stopped and started again";
  });
  process.stdout.write(`${figures}\n`);
}, 180_000);

/** Starts the runs, has Postgres suffer when a third of the orders is made, and looks at what is left. */
async function expectToGoOn(name: string, trouble: () => Promise<string>): Promise<string> {
  const { api, world } = product;
  const startedMs = performance.now();
  let made = 0;
  let suffered: Promise<string> | undefined;
  endpoint.onEffect(() => {
    made += 1;
    if (made === (runs * ordersOfRun) / 3) suffered = trouble();
  });
  const started = await Promise.all(
    Array.from({ length: runs }, async (_, n) => {
      const payload = {
        url: endpoint.url,
        id: `${name}-${n}`,
        orders: Array.from({ length: ordersOfRun }, (_, i) => i),
      };
      return String(expectStatus(await api.request("POST", "/workflows/orders/runs", { payload }), 202)["runId"]);
    }),
  );
  const how = await until("the trouble is over", async () => await suffered, { withinMs: 90_000 });
  const troubleOverMs = performance.now();
  const ended = await Promise.all(started.map((runId) => world.ended(runId, 90_000)));
  endpoint.onEffect(undefined);
  expect(ended.map(({ error }) => error)).toEqual(ended.map(() => null));
  expect(ended.map(({ output }) => output)).toEqual(ended.map(() => ordersOfRun));
  const facts = [...endpoint.facts].filter(([fact]) => fact.startsWith(`${name}-`));
  expect(facts).toHaveLength(runs * ordersOfRun);
  expect(facts.filter(([, count]) => count !== 1)).toEqual([]);
  for (const runId of started) await world.expectSound(runId);
  const calls = endpoint.calls.filter(({ body }) =>
    (body as { orderId?: string } | undefined)?.orderId?.startsWith(`${name}-`),
  );
  return (
    `${how}; ${facts.length} orders by ${calls.length} requests; all ended ${Math.round(performance.now() - troubleOverMs)} ms after, ` +
    `${Math.round(performance.now() - startedMs)} ms in all`
  );
}

async function publishWorkflow(): Promise<void> {
  const orderId = { $expr: 'payload.id & "-" & item' };
  const order = {
    id: "order",
    type: "action.call",
    action: "http.request@1",
    input: { method: "POST", url: { $expr: 'payload.url & "/orders"' }, body: { orderId } },
    saveAs: "made",
  };
  const collect = { value: { $expr: "vars.made.body.count" }, saveAs: "counts" };
  const steps = [
    { id: "each", type: "control.forEach", items: { $expr: "payload.orders" }, body: [order], collect },
    { id: "done", type: "control.return", output: { $expr: "$sum(vars.counts)" } },
  ];
  const definition = { workflow: "orders", name: "Orders", semantics: 2, payload: { type: "object" }, steps };
  expectStatus(await product.api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await product.api.request("POST", "/workflows/orders/publish", {}), 200, 201);
}
