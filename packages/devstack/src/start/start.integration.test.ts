// `npm start` as a newcomer runs it, on stacks of its own beside any that runs here.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { readDevJson, type DevJson } from "../dev-json.ts";
import { freePort } from "../ports.ts";
import { identify, isAlive, type ProcessIdentity } from "../processes.ts";
import { testPostgres, testTemporal } from "../testing.ts";
import { waitUntil } from "../wait-until.ts";
import { isRedisHere } from "../redis/redis.ts";
import { apiOf } from "./api.ts";

const bootstrap = fileURLToPath(new URL("../../../../scripts/bootstrap.mjs", import.meta.url));

// One stack through its whole life, because each start takes seconds.
test(
  "[DEV-01] a stack runs its example, outlives every kill with its data and its open runs, and leaves nothing behind",
  { timeout: 400_000 },
  async () => {
    const folder = folderOfTest();
    const first = await running(folder);
    expect(first.output()).toMatch(/✓ Postgres \(\d+\.\d s\)/);
    expect(first.output()).toMatch(/Running order-fulfilment, version 1\n/);
    expect(first.output()).toMatch(/ended SUCCEEDED after \d+ ms/);
    expect(first.output().match(/^ {2}✓ /gm)?.length).toBeGreaterThan(15);
    const parkedRunId = await parkRun(first.dev());

    const second = start(folder, ["--once"]);
    expect(await exitCode(second.child)).toBe(1);
    expect(second.output()).toContain(`already running at ${first.dev().url}`);

    // Each process by itself: it comes back, with its new pid in dev.json.
    for (const name of ["worker", "server", "temporal", "postgres"] as const) {
      const before = first.dev().pids[name] ?? 0;
      process.kill(before, "SIGKILL");
      expect(await waitUntil(() => first.dev().pids[name] !== before, { deadlineMs: 20_000 }), name).toBe(true);
    }
    const ready = () =>
      fetch(`${first.dev().url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    expect(await waitUntil(ready, { deadlineMs: 60_000 })).toBe(true);
    // What lost its database may have ended too, and is on its way back.
    const allLive = () => Object.values(first.dev().pids).every((pid) => identify(pid) !== undefined);
    expect(await waitUntil(allLive, { deadlineMs: 60_000 })).toBe(true);

    // The supervisor alone: all that it started ends.
    process.kill(first.dev().pids.supervisor ?? 0, "SIGKILL");
    const nothingLeft = () => recorded(folder).every((process) => !isAlive(process));
    expect(await waitUntil(nothingLeft, { deadlineMs: 60_000 })).toBe(true);

    // Everything at once. The supervisor is held first, so that it starts nothing again.
    const third = await running(folder);
    expect(third.dev().tenantId).toBe(first.dev().tenantId);
    const pids = third.dev().pids;
    process.kill(pids.supervisor ?? 0, "SIGSTOP");
    for (const name of ["worker", "server", "temporal", "postgres", "supervisor"] as const)
      process.kill(pids[name] ?? 0, "SIGKILL");

    const fourth = await running(folder);
    const api = apiOf(fourth.dev().url, fourth.dev().apiKey);
    await api.request("POST", "/events", { name: "parked.go", id: "go-1", correlationKey: "p-1" });
    const ended = async () => (await api.request("GET", `/runs/${parkedRunId}`)).body["status"] === "SUCCEEDED";
    expect(await waitUntil(ended, { deadlineMs: 60_000 })).toBe(true);
    fourth.child.kill("SIGINT");
    expect(await exitCode(fourth.child), fourth.output()).toBe(0);
    expect(nothingLeft()).toBe(true);
    expect(readDevJson(folder)).toBeUndefined();
  },
);

test("on a Postgres and a Temporal of one's own, --once ends with the outcome of the example as its exit code", async () => {
  const folder = folderOfTest();
  const env = { DATABASE_URL: await newDatabase(), TEMPORAL_ADDRESS: (await testTemporal()).address };
  const { child, output } = start(folder, ["--once"], env);
  expect(await exitCode(child), output()).toBe(0);
  expect(output()).toContain("✓ Postgres of DATABASE_URL");
  // Server and worker, and Redis where there is one.
  expect(recorded(folder)).toHaveLength(isRedisHere() ? 3 : 2);
  expect(recorded(folder).filter(isAlive)).toEqual([]);
});

test("[DEV-03] a port that was asked for and is taken is one sentence", async () => {
  const port = await freePort();
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { child, output } = start(folderOfTest(), ["--once"], { MAINSPRING_PORT: String(port) });
  expect(await exitCode(child)).toBe(1);
  expect(output()).toContain(
    `Port ${port}, which MAINSPRING_PORT asks for, is taken by another program: end that program, or choose another port.`,
  );
  expect(output()).not.toContain("    at ");
});

test.each([
  [
    "TEMPORAL_ADDRESS",
    "127.0.0.1:1",
    "No Temporal server answers at 127.0.0.1:1, which TEMPORAL_ADDRESS names: start it, correct TEMPORAL_ADDRESS, or unset it",
  ],
  [
    "DATABASE_URL",
    "postgres://someone@127.0.0.1:1/x",
    "No Postgres answers at 127.0.0.1:1, which DATABASE_URL names: start it, correct DATABASE_URL, or unset it",
  ],
])("nobody at %s is one sentence", async (variable, value, sentence) => {
  const { child, output } = start(folderOfTest(), ["--once"], { [variable]: value });
  expect(await exitCode(child)).toBe(1);
  expect(output()).toContain(sentence);
  expect(output()).not.toContain("    at ");
});

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-start-test-"));
  chmodSync(folder, 0o755); // as root, Postgres runs as another user
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function start(
  folder: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [bootstrap, "start", ...args], {
    env: { ...process.env, MAINSPRING_FOLDER: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  });
  return { child, output: () => said };
}

/** A stack that has run its example and stays. */
async function running(folder: string) {
  const { child, output } = start(folder, []);
  const settled = () => output().includes("Sign-in key") || child.exitCode !== null;
  expect(await waitUntil(settled, { deadlineMs: 120_000 }), output()).toBe(true);
  expect(output()).toContain("Sign-in key");
  const dev = (): DevJson => {
    const content = readDevJson(folder);
    if (content === undefined) throw new Error("the stack is not running");
    return content;
  };
  return { child, output, dev };
}

/** Publishes a workflow that waits for `parked.go` and starts it; its id, once it waits. */
async function parkRun({ url, apiKey }: DevJson): Promise<string> {
  const api = apiOf(url, apiKey);
  const wait = { id: "go", type: "event.wait", event: "parked.go", correlationKey: "p-1" };
  await api.request("POST", "/workflows", {
    definition: { workflow: "parked", name: "Parked", semantics: 2, steps: [wait] },
  });
  await api.request("POST", "/workflows/parked/publish", {});
  const { body } = await api.request("POST", "/workflows/parked/runs", {});
  const waits = async () =>
    ((await api.request("GET", `/runs/${String(body["runId"])}/waits`)).body["items"] as unknown[]).length === 1;
  expect(await waitUntil(waits, { deadlineMs: 20_000 })).toBe(true);
  return String(body["runId"]);
}

/** An empty database on the Postgres of the tests, as its superuser. */
async function newDatabase(): Promise<string> {
  const { ownerUrl } = await testPostgres();
  const url = new URL(ownerUrl);
  url.pathname = `/start_test_${process.pid}`;
  const client = new Client(ownerUrl);
  await client.connect();
  await client.query(`create database ${url.pathname.slice(1)}`);
  await client.end();
  return url.href;
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

function recorded(folder: string): ProcessIdentity[] {
  return (JSON.parse(readFileSync(join(folder, "processes.json"), "utf8")) as { services: ProcessIdentity[] }).services;
}
