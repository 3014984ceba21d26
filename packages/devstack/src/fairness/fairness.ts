// One tenant floods the product with starts while another starts a run a second: what that one notices.
import { setTimeout as pause } from "node:timers/promises";
import { newApiKey, newTenant } from "@mainspring/runtime/testing";
import { startProduct } from "../faults/product.ts";
import { apiOf, expectStatus, type Api } from "../start/api.ts";

export type FairnessOptions = {
  /** Starts of the tenant that floods. */
  starts: number;
  /** Of its requests that are under way at once. */
  width: number;
  /** Starts of the other one, without the flood. */
  unloaded: number;
  /** Between them. */
  everyMs: number;
  say: (line: string) => void;
};

/** Of one start: its request, and until the run's first entry. */
export type Latency = {
  requestMs: number;
  startMs: number;
  /** Requests of the flood that were answered while this one was under way: what it waited behind, whatever the machine's speed. */
  overtaken: number;
};

export type FairnessReport = {
  unloaded: Latency[];
  loaded: Latency[];
  /** Until all of the flood was accepted. */
  floodMs: number;
  accepted: number;
  /** Of the flood, by status. */
  refused: Record<number, number>;
};

const definition = {
  workflow: "fair",
  name: "Fair",
  steps: [
    { id: "note", type: "transform.assign", assign: { "vars.n": { $expr: "payload.n" } } },
    { id: "done", type: "control.return", output: { $expr: "vars.n" } },
  ],
};

export async function measureFairness(options: FairnessOptions): Promise<FairnessReport> {
  const { starts, width, say } = options;
  // With the waits of an installation, not with those of tests.
  const product = await startProduct({}, { MAINSPRING_WAITS: "{}", MAINSPRING_BOUNDS: "{}" });
  try {
    const [flooding, steady] = await Promise.all([tenantOf(product), tenantOf(product)]);
    await warmUp(steady);
    const unloaded: Latency[] = [];
    for (let n = 0; n < options.unloaded; n++) unloaded.push(await oneStart(steady, options.everyMs));
    say(`unloaded: ${textOf(unloaded)}`);
    const refused: Record<number, number> = {};
    const flood = { sent: 0, accepted: 0, over: false };
    const startedMs = performance.now();
    const lanes = Promise.all(
      Array.from({ length: width }, async () => {
        while (flood.sent < starts) {
          flood.sent++;
          const { status } = await flooding.request("POST", "/workflows/fair/runs", { payload: { n: flood.sent } });
          if (status === 202) flood.accepted++;
          else refused[status] = (refused[status] ?? 0) + 1;
        }
      }),
    ).finally(() => (flood.over = true));
    lanes.catch(() => undefined);
    const loaded: Latency[] = [];
    while (!flood.over) loaded.push(await oneStart(steady, options.everyMs, () => flood.accepted));
    await lanes;
    const floodMs = performance.now() - startedMs;
    say(`loaded: ${textOf(loaded)}`);
    return { unloaded, loaded, floodMs, accepted: flood.accepted, refused };
  } finally {
    await product.close();
  }
}

async function tenantOf({ world, url }: Awaited<ReturnType<typeof startProduct>>): Promise<Api> {
  const tenantId = await newTenant(world.store);
  const api = apiOf(url, await newApiKey(world.store, tenantId, "admin"));
  expectStatus(await api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await api.request("POST", "/workflows/fair/publish", {}), 201);
  return api;
}

async function warmUp(api: Api): Promise<void> {
  for (let n = 0; n < 10; n++) await oneStart(api, 0);
}

/** The next one begins `everyMs` after this one, or when this one is answered for, whichever is later. */
async function oneStart(api: Api, everyMs: number, answered: () => number = () => 0): Promise<Latency> {
  const next = pause(everyMs);
  const sentAtMs = Date.now();
  const before = answered();
  const began = performance.now();
  const { runId } = expectStatus(await api.request("POST", "/workflows/fair/runs", { payload: { n: 1 } }), 202);
  const requestMs = performance.now() - began;
  const overtaken = answered() - before;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(20)) {
    const { body } = await api.request("GET", `/runs/${String(runId)}/journal?limit=1`);
    const [first] = (body["items"] ?? []) as { at: string }[];
    if (first === undefined) continue;
    await next;
    // One machine, one clock.
    return { requestMs, overtaken, startMs: Math.max(requestMs, Date.parse(first.at) - sentAtMs) };
  }
  throw new Error(`Run ${String(runId)} has not begun within a minute`);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** By how much the flood raises the other tenant's p95 start latency. */
export function ratioOf({ unloaded, loaded }: Pick<FairnessReport, "unloaded" | "loaded">): number {
  const p95 = (some: readonly Latency[]): number =>
    percentile(
      some.map(({ startMs }) => startMs),
      0.95,
    );
  return p95(loaded) / p95(unloaded);
}

export function fairnessSummary(report: FairnessReport): string[] {
  const { unloaded, loaded, floodMs, accepted, refused } = report;
  const perSecond = (accepted / floodMs) * 1_000;
  return [
    `flood: ${accepted} starts accepted in ${(floodMs / 1_000).toFixed(1)} s, ${perSecond.toFixed(0)} a second${
      Object.keys(refused).length === 0 ? "" : `; refused: ${JSON.stringify(refused)}`
    }`,
    `the other tenant without it: ${textOf(unloaded)}`,
    `the other tenant beside it:  ${textOf(loaded)}`,
    `while one of its requests was under way, so many of the flood's were answered: p50 ${percentile(
      loaded.map(({ overtaken }) => overtaken),
      0.5,
    )}, p95 ${percentile(
      loaded.map(({ overtaken }) => overtaken),
      0.95,
    )}`,
    `its p95 start latency is ${ratioOf(report).toFixed(2)} times what it was`,
  ];
}

function textOf(latencies: readonly Latency[]): string {
  const shown = (name: string, values: readonly number[]): string =>
    `${name} p50 ${percentile(values, 0.5).toFixed(0)} ms, p95 ${percentile(values, 0.95).toFixed(0)} ms`;
  return `${shown(
    "start",
    latencies.map(({ startMs }) => startMs),
  )}; ${shown(
    "request",
    latencies.map(({ requestMs }) => requestMs),
  )} (${latencies.length} starts)`;
}
