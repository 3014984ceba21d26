// Runs go through the real stack while its worker, its server and its Postgres are killed at any moment. Afterwards each run has ended
// as it should, each order was made once, and the rows are those that history gives.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "@mainspring/runtime/testing";
import { newChance, type Chance } from "../faults/chance.ts";
import { keep, startProduct, type Kept, type Product } from "../faults/product.ts";
import { sideBySide } from "../faults/side-by-side.ts";
import { freePort } from "../ports.ts";
import { embeddedPostgres } from "../postgres/postgres.ts";
import { expectStatus, type Reply } from "../start/api.ts";
import { testVariables } from "../testing.ts";
import { openShop, type Shop } from "./shop.ts";
import { definition, ordersOfRun } from "./workflow.ts";

export type ChaosOptions = {
  runs: number;
  kills: number;
  seed?: number;
  say: (line: string) => void;
};

export type Kill = {
  victim: "worker" | "server" | "postgres";
  /** Orders that were made and not answered then: their calls were claimed and had no result. */
  betweenClaimAndResult: readonly string[];
};

export type ChaosReport = {
  seed: number;
  kills: readonly Kill[];
  /** Runs that did not end as they should. */
  wrong: readonly string[];
  /** Orders never made, and made more than once. */
  lost: readonly string[];
  doubled: readonly string[];
  /** Runs whose rows are not those of their history. */
  unsound: readonly string[];
  requests: number;
  tookMs: number;
};

const lanes = 12;
/** A run beside which so much is killed starts again and again. */
const endsWithinMs = 900_000;

export async function chaos({ runs, kills, seed, say }: ChaosOptions): Promise<ChaosReport> {
  const chance = newChance(seed);
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "mainspring-chaos-"));
  chmodSync(folder, 0o711); // as root, Postgres runs as another user
  const closers: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const postgres = await embeddedPostgres({ folder, port: await freePort(), durability: "keep" });
    const kept = await keep(postgres.service);
    closers.push(() => kept.supervisor.stop());
    const before = env[testVariables.database];
    env[testVariables.database] = postgres.ownerUrl;
    closers.push(async () => void (before === undefined || (env[testVariables.database] = before)));
    const product = await startProduct();
    closers.push(() => product.close());
    const shop = await openShop(() => chance.between(0, 30));
    closers.push(() => shop.close());
    expectStatus(await product.api.request("POST", "/workflows", { definition }), 201);
    expectStatus(await product.api.request("POST", "/workflows/chaos/publish", {}), 200, 201);

    const ids = Array.from({ length: runs }, (_, n) => `${chance.seed}-${n}`);
    const ended = new Map<string, unknown>();
    const going = { over: false };
    const victims = { worker: product.worker, server: product.server, postgres: kept.kept };
    const fell: Kill[] = [];
    const killing = kill({ victims, shop, chance, kills, fell, going, say });
    // On a fast machine the runs wait for the kills, or the last ones would fall on nothing; but not for long, as kills wait for runs too.
    const mayBegin = (n: number): true | undefined => fell.length >= Math.floor((kills * n) / runs) - 1 || undefined;
    await sideBySide([...ids.keys()], lanes, async (n) => {
      await until("kills have fallen", () => mayBegin(n), { withinMs: 5_000 }).catch(() => undefined);
      const id = ids[n] as string;
      ended.set(id, await throughChaos(product, shop, id, say));
    });
    going.over = true;
    await killing;
    for (const victim of [kept.kept, product.server, product.worker]) await victim.ready();

    const wrong = ids.flatMap((id) => {
      const { status, output, error } = (ended.get(id) as { status: string; output: unknown; error: unknown }) ?? {};
      const right = status === "SUCCEEDED" && JSON.stringify(output) === JSON.stringify({ id, n: id.length });
      return right ? [] : [`${id}: ${status} ${JSON.stringify(output ?? error)}`];
    });
    const orders = ids.flatMap((id) => ordersOfRun.map((name) => `${id}-${name}`));
    const unsound: string[] = [];
    for (const id of ids) {
      const { id: runId } = ended.get(id) as { id: string };
      await product.world.expectSound(runId).catch((error: unknown) => unsound.push(`${id}: ${String(error)}`));
    }
    return {
      seed: chance.seed,
      kills: fell,
      wrong,
      lost: orders.filter((order) => !shop.orders.has(order)),
      doubled: orders.filter((order) => (shop.orders.get(order) ?? 0) > 1),
      unsound,
      requests: shop.requests(),
      tookMs: performance.now() - startedMs,
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Starts one run and sends its event, again and again until that is accepted, and waits for the confirmed end. */
async function throughChaos(product: Product, shop: Shop, id: string, say: ChaosOptions["say"]) {
  const { api, world } = product;
  const payload = { url: shop.url, id };
  const started = await accepted(() =>
    api.request("POST", "/workflows/chaos/runs", { payload }, { "idempotency-key": id }),
  );
  await accepted(() =>
    api.request("POST", "/events", { name: "chaos.go", id, correlationKey: id, payload: { n: id.length } }),
  );
  const runId = String(started["runId"]);
  try {
    return await world.ended(runId, endsWithinMs);
  } catch (error) {
    say(`${id} does not end: ${JSON.stringify((await api.request("GET", `/runs/${runId}/why`)).body)}`);
    throw error;
  }
}

/** What a client does that wants to be sure: it repeats until there is an answer that says yes. */
function accepted(request: () => Promise<Reply>): Promise<Record<string, unknown>> {
  return until("the server accepts", async () => expectStatus(await request(), 202), {
    withinMs: 120_000,
    everyMs: 100,
  });
}

async function kill(parts: {
  victims: Record<Kill["victim"], Kept>;
  shop: Shop;
  chance: Chance;
  kills: number;
  /** Those that fell, so far. */
  fell: Kill[];
  going: { over: boolean };
  say: (line: string) => void;
}): Promise<void> {
  const { victims, shop, chance, kills, fell, going, say } = parts;
  while (fell.length < kills && !going.over) {
    const die = chance.between(1, 10);
    const victim = die <= 6 ? "worker" : die <= 8 ? "server" : "postgres";
    const strike = async (): Promise<void> => {
      const betweenClaimAndResult = [...shop.unanswered];
      await victims[victim].kill();
      fell.push({ victim, betweenClaimAndResult });
      const where =
        betweenClaimAndResult.length === 0
          ? "no call was out"
          : `between claim and result of ${betweenClaimAndResult.join(", ")}`;
      say(`kill ${fell.length} of ${kills}: ${victim}, ${where}`);
    };
    // Every other one is aimed at an effect that has happened and is not known yet; the others fall anywhere.
    if (fell.length % 2 === 0) {
      let struck: Promise<void> | undefined;
      shop.beforeNextAnswer(() => (struck = strike()));
      await until("an order is made", () => (struck !== undefined || going.over ? true : undefined), {
        withinMs: 120_000,
        everyMs: 5,
      });
      await struck;
    } else {
      await pause(chance.between(20, 400));
      if (!going.over) await strike();
    }
    await victims[victim].ready();
    await pause(chance.between(50, 500));
  }
}

/** @returns what a reader wants to know, and whether it is as promised */
export function judged(report: ChaosReport, asked: { readonly runs: number; readonly kills: number }): string[] {
  const { kills, wrong, lost, doubled, unsound } = report;
  const between = kills.filter(({ betweenClaimAndResult }) => betweenClaimAndResult.length > 0).length;
  const problems = [
    ...(kills.length < asked.kills
      ? [`only ${kills.length} of ${asked.kills} kills fell while runs were going on`]
      : []),
    ...(between * 5 < kills.length ? [`only ${between} of ${kills.length} kills fell between claim and result`] : []),
    ...wrong.map((each) => `ended otherwise: ${each}`),
    ...lost.map((each) => `lost: ${each}`),
    ...doubled.map((each) => `doubled: ${each}`),
    ...unsound.map((each) => `rows are not those of history: ${each}`),
  ];
  return problems;
}

export function summary(report: ChaosReport, runs: number): string {
  const { kills, lost, doubled, unsound, requests, tookMs, seed } = report;
  const of = (victim: Kill["victim"]): number => kills.filter((one) => one.victim === victim).length;
  const between = kills.filter(({ betweenClaimAndResult }) => betweenClaimAndResult.length > 0).length;
  return (
    `seed ${seed}: ${runs} runs, ${runs * ordersOfRun.length} orders by ${requests} requests; ${kills.length} SIGKILLs ` +
    `(worker ${of("worker")}, server ${of("server")}, postgres ${of("postgres")}), ${between} of them between claim and result; ` +
    `lost ${lost.length}, doubled ${doubled.length}, rows unlike history ${unsound.length}; ${(tookMs / 1_000).toFixed(0)} s`
  );
}
