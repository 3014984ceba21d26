import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { openReconciler } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { startHealthServer } from "./health-server.ts";
import type { WorkerHealth } from "./run-worker.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const modules = ["launchRelay", "heldStarts", "ingestion", "reconciler", "quotaScan", "dataStoreSweep", "schedules"];

/** The real program, to its end. */
async function program(env: NodeJS.ProcessEnv): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./main.ts", import.meta.url))], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (text += String(chunk)));
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, text };
}

test("[OPS-01] every worker runs all interval modules, without Redis too, and two may run at once", async () => {
  const waits = { quotaScanEveryMs: 50, reconcileEveryMs: 50 };
  const workers = [await world.startWorker({ waits }), await world.startWorker({ waits })];
  for (const worker of workers) {
    await until("all modules have made a round", () =>
      Object.values(worker.health().modules).every((state) => state === "ok") ? true : undefined,
    );
    expect(Object.keys(worker.health().modules)).toEqual(modules);
    expect(worker.health().temporal).toBe("RUNNING");
  }
  await Promise.all(workers.map((worker) => worker.stop()));
});

test("[OPS-01] what is to run once at a time takes a lock that another worker cannot take, and that ends with its round", async () => {
  const [one, two] = [
    openReconciler({ url: world.database.reconcilerUrl }),
    openReconciler({ url: world.database.reconcilerUrl }),
  ];
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  let begun: () => void = () => undefined;
  const begins = new Promise<void>((resolve) => (begun = resolve));
  const first = one.alone("m", async () => {
    begun();
    await held;
    return "first";
  });
  await begins;
  expect(await two.alone("m", async () => "second")).toBeUndefined();
  expect(await two.alone("another", async () => "other")).toBe("other");
  finish();
  expect(await first).toBe("first");
  expect(await two.alone("m", async () => "second")).toBe("second");
  await expect(one.alone("m", async () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await two.alone("m", async () => "after a failure")).toBe("after a failure");
  await Promise.all([one.close(), two.close()]);
});

test("[OPS-03] a worker that cannot reach Temporal or Postgres ends with its error", async () => {
  const noTemporal = await program({ ...world.env, TEMPORAL_ADDRESS: "127.0.0.1:1" });
  expect([noTemporal.code, noTemporal.text]).toEqual([1, expect.stringContaining("The worker cannot go on")]);
  const noDatabase = await program({ ...world.env, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  expect([noDatabase.code, noDatabase.text]).toEqual([1, expect.stringContaining("ECONNREFUSED")]);
});

test("[OPS-04] what is missing is named, and the worker does not start", async () => {
  for (const variable of ["DATABASE_URL", "DISPATCHER_DATABASE_URL", "RECONCILER_DATABASE_URL"]) {
    const { code, text } = await program({ ...world.env, [variable]: "" });
    expect([variable, code]).toEqual([variable, 1]);
    expect(text).toContain(`The worker needs ${variable};`);
  }
});

test("[OPS-06] health tells the live state of temporal, eventStream and dataStoreSweep, and is ready again when they are", async () => {
  const fine = {
    launchRelay: "ok",
    heldStarts: "ok",
    ingestion: "ok",
    reconciler: "ok",
    quotaScan: "ok",
    dataStoreSweep: "ok",
    schedules: "ok",
  } as const;
  let health: WorkerHealth = { temporal: "RUNNING", modules: fine };
  const server = await startHealthServer(0, "127.0.0.1", () => health);
  const ask = async (path: string) => {
    const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return {
      status: reply.status,
      body: (await reply.json()) as { status: string; parts: { [part: string]: string } },
    };
  };
  expect(await ask("/readyz")).toMatchObject({
    status: 200,
    body: { status: "ok", parts: { temporal: "RUNNING", eventStream: "not configured", dataStoreSweep: "ok" } },
  });
  health = { temporal: "RUNNING", modules: { ...fine, dataStoreSweep: "failing" } };
  expect(await ask("/readyz")).toMatchObject({ status: 503, body: { parts: { dataStoreSweep: "failing" } } });
  expect((await ask("/healthz")).status).toBe(200);
  const consumers = [
    { id: "h:1:0", state: "failing", pending: 3, lag: 2, full: [], suspended: [], lastError: "away" },
  ] as const;
  health = {
    temporal: "RUNNING",
    modules: fine,
    stream: { state: "failing", streams: 1, lag: 2, pending: 3, full: ["workflow:events:t"], suspended: [], consumers },
  };
  expect(await ask("/readyz")).toMatchObject({
    status: 503,
    body: { parts: { eventStream: "failing", stream: { lag: 2, pending: 3, full: ["workflow:events:t"], consumers } } },
  });
  health = { temporal: "FAILED", modules: fine };
  expect(await ask("/readyz")).toMatchObject({ status: 503, body: { parts: { temporal: "FAILED" } } });
  health = { temporal: "RUNNING", modules: fine };
  expect((await ask("/readyz")).status).toBe(200);
  server.close();
});
