import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as after } from "node:timers/promises";
import { clonedDatabase } from "@mainspring/store/testing";
import type { ClonedDatabase } from "@mainspring/store/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";

test("closing ends streams, answers who waits for a run's end with 202, and takes nothing more", async () => {
  const on = await testServer();
  try {
    await on.one.client.workflows.create({ body: { definition: smallDefinition("open") } });
    await on.one.client.workflows.publish({ params: { key: "open" } });
    const started = await on.one.client.runs.start({ params: { key: "open" } });
    if (!("runId" in started)) throw new Error("the run has ended");
    const stream = await fetch(`${on.url}/api/v1/runs/${started.runId}/stream`, {
      headers: { authorization: `Bearer ${on.one.keys.viewer}` },
    });
    const waiting = on.one.client.runs.start({ params: { key: "open" }, query: { wait: 60 } });
    await until(async () => (await on.one.client.runs.list({ query: { workflow: "open" } })).items.length === 2);
    expect(await on.server.close()).toBe("drained");
    expect(await waiting).toMatchObject({ status: "QUEUED" });
    expect(await stream.text()).toBe(": connected\n\n");
    await expect(fetch(`${on.url}/healthz`)).rejects.toThrow("fetch failed");
  } finally {
    await on.close();
  }
});

let database: ClonedDatabase;
let child: ChildProcess | undefined;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterEach(() => void child?.kill("SIGKILL"));
afterAll(() => database.drop());

const main = fileURLToPath(new URL("main.ts", import.meta.url));

function startProcess(change: NodeJS.ProcessEnv = {}): { said: () => string; exit: Promise<number | null> } {
  let text = "";
  const started = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      DATABASE_URL: database.appUrl,
      DISPATCHER_DATABASE_URL: database.dispatcherUrl,
      TEMPORAL_ADDRESS: process.env.MAINSPRING_TEST_TEMPORAL_ADDRESS,
      TEMPORAL_NAMESPACE: "default",
      MAINSPRING_PLATFORM_KEY: "4fd1c09b7a8e2356dd01ef9a",
      MAINSPRING_MASTER_KEYS: database.masterKeys,
      MAINSPRING_PORT: "0",
      MAINSPRING_LOG_LEVEL: "error",
      ...change,
    },
    stdio: ["ignore", "inherit", "pipe"],
  });
  child = started;
  started.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { said: () => text, exit: new Promise((resolve) => started.once("exit", resolve)) };
}

test("the process serves what its environment names, is ready, and exits 0 within 10 s of SIGTERM", async () => {
  const server = startProcess();
  await until(() => server.said().includes("listens on"));
  const url = /listens on (http:\S+)/.exec(server.said())?.[1];
  const ready = await fetch(`${url}/readyz`);
  expect(await ready.json()).toEqual({ ok: true, parts: { postgres: { ok: true }, temporal: { ok: true } } });
  expect((await fetch(`${url}/demo/stock/kettle`)).status).toBe(404);
  const beganAt = performance.now();
  child?.kill("SIGTERM");
  expect(await server.exit).toBe(0);
  expect(performance.now() - beganAt).toBeLessThan(10_000);
});

test("the process says that Temporal is away, and serves what needs none of it", async () => {
  const server = startProcess({ TEMPORAL_ADDRESS: "127.0.0.1:1", MAINSPRING_DEV: "1" });
  await until(() => server.said().includes("listens on"));
  const url = /listens on (http:\S+)/.exec(server.said())?.[1];
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ ok: false, parts: { postgres: { ok: true }, temporal: { ok: false } } });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/demo/stock/kettle`)).status).toBe(200);
  expect(server.said()).toContain(`listens on ${url} (development: loopback only)`);
});

test.each([
  [
    "a weak platform key",
    { MAINSPRING_PLATFORM_KEY: "changemechangemechangeme" },
    /MAINSPRING_PLATFORM_KEY can be guessed/,
  ],
  [
    "payloads in clear in production",
    { MAINSPRING_ENCRYPT_PAYLOADS: "off", NODE_ENV: "production" },
    /^MAINSPRING_ENCRYPT_PAYLOADS=off would leave payloads readable in Temporal, [^\n]*\n$/,
  ],
  ["a platform key that is missing", { MAINSPRING_PLATFORM_KEY: undefined }, /MAINSPRING_PLATFORM_KEY is not set/],
  ["a database that is not there", { DATABASE_URL: "postgres://app@127.0.0.1:1/none" }, /ECONNREFUSED/],
])("the process refuses to start with %s", async (_, change, message) => {
  const server = startProcess(change);
  expect(await server.exit).toBe(2);
  expect(server.said()).toMatch(message);
});

test("the process refuses other master keys than those that a process of this database has used", async () => {
  const first = startProcess();
  await until(() => first.said().includes("listens on"));
  child?.kill("SIGTERM");
  expect(await first.exit).toBe(0);
  const other = "f1e2d3c4b5a697887766554433221100ffeeddccbbaa99881726354453627180";
  const second = startProcess({ MAINSPRING_MASTER_KEYS: other });
  expect(await second.exit).toBe(2);
  expect(second.said()).toMatch(
    /^MAINSPRING_MASTER_KEYS has not the key [^\n]*give every server and worker the same keys\.\n$/,
  );
});

test("the process refuses a role that could see every tenant", async () => {
  const server = startProcess({ DATABASE_URL: database.ownerUrl });
  expect(await server.exit).toBe(2);
  expect(server.said()).toMatch(/can see every tenant's rows/);
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("it never came to hold");
    await after(20);
  }
}
