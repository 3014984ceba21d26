// The server is killed while clients start runs: what it accepted exists once, and what it did not answer at most once.
import { workflowIdOf } from "@mainspring/core";
import { until } from "@mainspring/runtime/testing";
import { runByIdempotencyKey } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectStatus, type Reply } from "../start/api.ts";
import { newChance } from "./chance.ts";
import { startProduct, type Product } from "./product.ts";
import { sideBySide } from "./side-by-side.ts";

const starts = 50;

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.close());

test("[ENG-16] the server killed during 50 starts: each 202 has one execution, and no key has two runs", async () => {
  const { world, server } = product;
  await publishWorkflow();
  const chance = newChance();
  // After so many starts, and some milliseconds into whatever is being answered then.
  const killAfter = [chance.between(3, 12), chance.between(16, 28), chance.between(32, 45)];
  const keys = Array.from({ length: starts }, (_, index) => `start-${chance.seed}-${index}`);
  const numberOf = (key: string): number => Number(key.split("-").at(-1));
  const start = (key: string): Promise<Reply> => startOnce(key, numberOf(key));

  const accepted = new Map<string, string>();
  const unanswered: string[] = [];
  const kills: Promise<void>[] = [];
  const killSoon = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, chance.between(0, 15)));
    await server.kill();
  };
  await sideBySide(keys, 8, async (key) => {
    try {
      accepted.set(key, String(expectStatus(await start(key), 202)["runId"]));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch's own: no answer came
      unanswered.push(key);
      await server.ready(); // else the rest of the starts would all fall into one gap
    }
    if (accepted.size + unanswered.length >= (killAfter[kills.length] ?? Infinity)) kills.push(killSoon());
  });
  await Promise.all(kills);
  await server.ready();

  // Before any client tries again: each row that claims to run has its execution.
  const claiming = (await allRuns()).filter(({ status }) => status !== "QUEUED");
  const without = await Promise.all(claiming.map(async ({ id }) => ((await world.hasExecution(id)) ? [] : [id])));
  expect(without.flat()).toEqual([]);

  const existed = new Map<string, string>();
  for (const key of unanswered) {
    const found = await world.store.tenant(world.tenantId, (db) => runByIdempotencyKey(db, key));
    if (found !== undefined) existed.set(key, found.runId);
  }
  for (const key of unanswered) {
    const runId = String(expectStatus(await start(key), 202)["runId"]);
    if (existed.has(key)) expect(runId).toBe(existed.get(key));
    accepted.set(key, runId);
  }
  // And once more with keys that had been answered.
  for (const key of keys.slice(0, 5)) {
    expect(expectStatus(await start(key), 202)["runId"]).toBe(accepted.get(key));
  }

  const ended = await Promise.all(keys.map((key) => world.ended(String(accepted.get(key)), 90_000)));
  process.stdout.write(
    `${kills.length} kills after ${killAfter.slice(0, kills.length).join(", ")} starts; ${starts - unanswered.length} answered, ` +
      `${unanswered.length} not, of which ${existed.size} were there\n`,
  );
  expect(kills).toHaveLength(killAfter.length);
  expect(ended.map(({ output }) => output)).toEqual(keys.map(numberOf));
  const runIds = [...accepted.values()].sort();
  expect(new Set(runIds).size).toBe(starts);
  expect((await allRuns()).map(({ id }) => id).sort()).toEqual(runIds);
  const executed = await until("Temporal lists every execution", async () => {
    const listed: string[] = [];
    for await (const { workflowId } of world.client.workflow.list()) listed.push(workflowId);
    return listed.length < starts ? undefined : listed;
  });
  expect(executed.sort()).toEqual(runIds.map(workflowIdOf));
  for (const runId of runIds.slice(0, 10)) await world.expectSound(runId);
}, 180_000);

async function publishWorkflow(): Promise<void> {
  const steps = [
    { id: "note", type: "action.call", action: "log.write@1", input: { message: "started" } },
    { id: "done", type: "control.return", output: { $expr: "payload.n" } },
  ];
  const definition = { workflow: "started", name: "Started", semantics: 2, payload: { type: "object" }, steps };
  expectStatus(await product.api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await product.api.request("POST", "/workflows/started/publish", {}), 200, 201);
}

async function startOnce(key: string, n: number): Promise<Reply> {
  return product.api.request("POST", "/workflows/started/runs", { payload: { n } }, { "idempotency-key": key });
}

async function allRuns(): Promise<{ id: string; status: string }[]> {
  const { body } = await product.api.request("GET", "/runs?limit=200");
  return body["items"] as { id: string; status: string }[];
}
