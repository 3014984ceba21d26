// Temporal is stopped while events keep coming in. All of them are accepted; what one sees meanwhile says what is the matter; and when Temporal is back
// everything is applied, once.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "@mainspring/runtime/testing";
import { lineProgress } from "../progress.ts";
import { newChance } from "../faults/chance.ts";
import { startProduct, type Product } from "../faults/product.ts";
import { sideBySide } from "../faults/side-by-side.ts";
import { countTenant, type Counts } from "../flood/count.ts";
import { floodEvents, startsByEvent, waitsForOne, type FloodEvent } from "../flood/events.ts";
import { freePort } from "../ports.ts";
import { expectStatus } from "../start/api.ts";
import { createSupervisor, type Supervisor } from "../supervisor.ts";
import { findTemporal } from "../temporal/program.ts";
import { localTemporal } from "../temporal/temporal.ts";
import { testVariables } from "../testing.ts";

export type OutageOptions = { seconds: number; perSecond: number; say: (line: string) => void };

export type OutageReport = {
  sent: number;
  /** Events that were answered otherwise than with 202. */
  refused: number;
  expected: { taken: number; started: number };
  counts: Counts;
  /** What was seen while Temporal was away. */
  seen: { workerReady: number; workerTemporal: string; serverReady: number; waitingRun: string; startedRun: string };
  /** From Temporal's return until everything was applied. */
  caughtUpMs: number;
  wrong: string[];
};

export async function outage({ seconds, perSecond, say }: OutageOptions): Promise<OutageReport> {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-outage-"));
  chmodSync(folder, 0o711);
  const progress = lineProgress(say);
  const temporal = localTemporal({ program: await findTemporal(env, progress), folder, port: await freePort() });
  let supervisor: Supervisor = createSupervisor();
  await supervisor.start(temporal.service);
  const before = env[testVariables.temporal];
  env[testVariables.temporal] = temporal.address;
  let product: Product | undefined;
  try {
    product = await startProduct();
    return await throughOutage(
      product,
      { seconds, perSecond, say },
      {
        stop: () => supervisor.stop(),
        async start() {
          supervisor = createSupervisor();
          await supervisor.start(temporal.service);
        },
      },
    );
  } finally {
    await product?.close();
    await supervisor.stop();
    if (before !== undefined) env[testVariables.temporal] = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughOutage(
  product: Product,
  { seconds, perSecond, say }: OutageOptions,
  temporal: { stop(): Promise<void>; start(): Promise<void> },
): Promise<OutageReport> {
  const { api, world } = product;
  const total = seconds * perSecond;
  const share = Math.max(Math.floor(total / 10), 5);
  const events = floodEvents({ events: total, tenants: 1, parked: share, starts: share, chance: newChance() }).filter(
    ({ fate }) => fate !== "dead",
  );
  for (const definition of [waitsForOne, startsByEvent]) {
    expectStatus(await api.request("POST", "/workflows", { definition }), 201);
    expectStatus(await api.request("POST", `/workflows/${definition.workflow}/publish`, {}), 200, 201);
  }
  const parked = new Map<string, string>();
  const taken = events.filter(({ fate }) => fate === "taken");
  await sideBySide(taken, 8, async ({ id, correlationKey: key }) => {
    const started = expectStatus(await api.request("POST", "/workflows/flood-parked/runs", { payload: { key } }), 202);
    parked.set(id, String(started["runId"]));
  });
  await sideBySide([...parked.values()], 8, (runId) => world.waiting(runId, 120_000));
  await temporal.stop();
  say(`Temporal is stopped; ${perSecond} events a second for ${seconds} s`);

  const order = events.map((event, n) => ({ event, at: (n * 7919) % events.length })).sort((a, b) => a.at - b.at);
  let refused = 0;
  let seen: OutageReport["seen"] | undefined;
  const looking = look(product, () => [...parked.values()][0] ?? "").then((found) => (seen = found));
  for (let n = 0; n < order.length; n += perSecond) {
    const endsMs = performance.now() + 1_000;
    const some = order.slice(n, n + perSecond).map(({ event }) => bodyOf(event));
    const replies = await Promise.all(some.map((body) => api.request("POST", "/events", body)));
    refused += replies.filter(({ status }) => status !== 202).length;
    await pause(Math.max(endsMs - performance.now(), 0));
  }
  await looking;
  await temporal.start();
  const backMs = performance.now();
  say("Temporal is back");
  const counts = await until(
    "everything is applied",
    async () => {
      const now = await countTenant(world, world.tenantId);
      return now.open === 0 && now.accepted >= events.length ? now : undefined;
    },
    { withinMs: 600_000, everyMs: 250 },
  );
  const wrong: string[] = [];
  await sideBySide([...parked], 8, async ([id, runId]) => {
    const run = await world.ended(runId, 300_000);
    if (run.status !== "SUCCEEDED") wrong.push(`${id}: run ${runId} ended ${run.status}`);
  });
  await until(
    "all runs that were started have ended",
    async () => {
      const { body } = await api.request("GET", "/runs?workflow=flood-started&status=SUCCEEDED&limit=200");
      const items = body["items"] as unknown[];
      return items.length >= Math.min(share, 200) ? true : undefined;
    },
    { withinMs: 300_000, everyMs: 250 },
  );
  return {
    sent: events.length,
    refused,
    expected: { taken: taken.length, started: share },
    counts,
    seen: seen as unknown as OutageReport["seen"],
    caughtUpMs: performance.now() - backMs,
    wrong,
  };
}

/** What health and why say as soon as they have noticed. */
async function look(product: Product, waitingRun: () => string): Promise<OutageReport["seen"]> {
  const ask = async (url: string): Promise<{ status: number; parts: Record<string, string> }> => {
    const reply = await fetch(url, { headers: { connection: "close" } });
    const { parts = {} } = (await reply.json()) as { parts?: Record<string, string> };
    return { status: reply.status, parts };
  };
  const worker = await until("the worker misses Temporal", async () => {
    const now = await ask(`${product.workerUrl}/readyz`);
    return now.status === 503 ? now : undefined;
  });
  const server = await until("the server misses Temporal", async () => {
    const now = await ask(`${product.url}/readyz`);
    return now.status === 503 ? now : undefined;
  });
  const why = async (runId: string): Promise<string> => {
    const { body } = await product.api.request("GET", `/runs/${runId}/why`);
    return String(body["cause"]);
  };
  const startedRun = await until("an event has started a run that cannot begin", async () => {
    const { body } = await product.api.request("GET", "/runs?workflow=flood-started&status=QUEUED&limit=1");
    const [run] = body["items"] as { id: string }[];
    return run?.id;
  });
  return {
    workerReady: worker.status,
    workerTemporal: String(worker.parts["temporal"]),
    serverReady: server.status,
    waitingRun: await why(waitingRun()),
    startedRun: await why(startedRun),
  };
}

function bodyOf({ id, name, payload, correlationKey }: FloodEvent): object {
  return { id, source: "flood", name, payload, correlationKey };
}

/** @returns where what happened is not what is promised */
export function judgedOutage({ sent, refused, expected, counts, seen, wrong }: OutageReport): string[] {
  const reasons = Object.values(counts.unmatched).reduce((sum, count) => sum + count, 0);
  return [
    ...wrong,
    ...(refused === 0 ? [] : [`${refused} events were refused`]),
    ...(counts.accepted === sent ? [] : [`${sent} sent, ${counts.accepted} accepted`]),
    ...(counts.taken === expected.taken ? [] : [`${counts.taken} of ${expected.taken} taken`]),
    ...(counts.started === expected.started ? [] : [`${counts.started} of ${expected.started} started a run`]),
    ...(counts.taken + counts.started + reasons === counts.accepted
      ? []
      : [`lost ${counts.lost}, dead ${counts.dead}`]),
    ...(counts.takenTwice + counts.startedTwice === 0 ? [] : ["something was done twice"]),
    ...(seen.workerTemporal === "UNREACHABLE" ? [] : [`the worker said that Temporal is ${seen.workerTemporal}`]),
    ...(seen.startedRun === "start-not-relayed" ? [] : [`why of a run that cannot begin: ${seen.startedRun}`]),
  ];
}

export function outageSummary({ sent, counts, seen, caughtUpMs }: OutageReport): string {
  return (
    `${sent} events accepted while Temporal was away: ${counts.taken} taken, ${counts.started} started a run, ` +
    `${Object.entries(counts.unmatched)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(", ")}; all applied ${(caughtUpMs / 1_000).toFixed(1)} s after its return. ` +
    `Meanwhile: worker ${seen.workerReady} (${seen.workerTemporal}), server ${seen.serverReady}, why of a waiting run ${seen.waitingRun}, of a started one ${seen.startedRun}`
  );
}
