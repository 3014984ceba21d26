// `npm start` as a newcomer runs it, on stacks of its own beside any that runs here.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readDevJson, type DevJson } from "../dev-json.ts";
import { freePort } from "../ports.ts";
import { identify, isAlive, type ProcessIdentity } from "../processes.ts";
import { waitUntil } from "../wait-until.ts";
import { apiOf } from "./api.ts";

const bootstrap = fileURLToPath(new URL("../../../../scripts/bootstrap.mjs", import.meta.url));

test("--once runs the example to its end, prints its steps, ends 0 and leaves nothing behind", async () => {
  const folder = folderOfTest();
  const { child, output } = start(folder, ["--once"]);
  expect(await exitCode(child), output()).toBe(0);
  expect(output()).toMatch(/✓ Postgres \(\d+\.\d s\)/);
  expect(output()).toMatch(/ended SUCCEEDED after \d+ ms/);
  expect(output().match(/^ {2}[✓✗] /gm)?.length).toBeGreaterThan(8);
  expect(readDevJson(folder)).toBeUndefined();
  expect(recorded(folder).filter(isAlive)).toEqual([]);
});

test("a killed process comes back with its new pid in dev.json, and the stack works again", async () => {
  const { folder, dev } = await running();
  for (const name of ["worker", "server", "temporal", "postgres"] as const) {
    const before = dev().pids[name] ?? 0;
    process.kill(before, "SIGKILL");
    expect(await waitUntil(() => dev().pids[name] !== before, { deadlineMs: 20_000 }), name).toBe(true);
  }
  const { url, apiKey } = dev();
  const ready = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  expect(await waitUntil(ready, { deadlineMs: 60_000 })).toBe(true);
  const { body } = await apiOf(url, apiKey).request("GET", "/workflows");
  expect(body["items"]).toEqual([expect.objectContaining({ key: "order-fulfilment", publishedVersion: 1 })]);
  expect(Object.values(dev().pids).every((pid) => identify(pid) !== undefined)).toBe(true);
  expect(readFileSync(join(folder, "dev.json"), "utf8")).toContain(apiKey);
});

test("a second start in the same folder says that the stack is running, and Ctrl-C ends it in order", async () => {
  const { folder, child, dev } = await running();
  const second = start(folder, ["--once"]);
  expect(await exitCode(second.child)).toBe(1);
  expect(second.output()).toContain(`already running at ${dev().url}`);
  child.kill("SIGINT");
  expect(await exitCode(child)).toBe(0);
  expect(recorded(folder).filter(isAlive)).toEqual([]);
  expect(readDevJson(folder)).toBeUndefined();
});

test("when the supervisor is killed by SIGKILL every process of the stack ends", async () => {
  const { folder, dev } = await running();
  process.kill(dev().pids.supervisor ?? 0, "SIGKILL");
  expect(await waitUntil(() => recorded(folder).every((process) => !isAlive(process)), { deadlineMs: 40_000 })).toBe(
    true,
  );
});

test("after SIGKILL of the whole stack the next start goes on with its data", async () => {
  const { folder, dev } = await running();
  const before = dev();
  // The supervisor last: nothing may be started again, and the guardian must find nothing to do.
  process.kill(before.pids.supervisor ?? 0, "SIGSTOP");
  for (const [name, pid] of Object.entries(before.pids)) if (name !== "supervisor") process.kill(pid, "SIGKILL");
  process.kill(before.pids.supervisor ?? 0, "SIGKILL");

  const { child, output } = start(folder, ["--once"]);
  expect(
    await waitUntil(() => (readDevJson(folder)?.pids.supervisor ?? 0) !== before.pids.supervisor, {
      deadlineMs: 60_000,
    }),
    output(),
  ).toBe(true);
  const after = readDevJson(folder) as DevJson;
  expect(after.tenantId).toBe(before.tenantId);
  const { body } = await apiOf(after.url, after.apiKey).request("GET", "/workflows");
  expect((body["items"] as unknown[]).length).toBe(1);
  expect(await exitCode(child), output()).toBe(0);
  expect(output()).toMatch(/Running order-fulfilment, version 1$/m); // published once, not changed since
});

test("a port that was asked for and is taken is one sentence", async () => {
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
async function running() {
  const folder = folderOfTest();
  const { child, output } = start(folder, []);
  expect(
    await waitUntil(() => output().includes("Sign-in key") || child.exitCode !== null, { deadlineMs: 120_000 }),
  ).toBe(true);
  expect(output()).toContain("Sign-in key");
  const dev = (): DevJson => {
    const content = readDevJson(folder);
    if (content === undefined) throw new Error("the stack is not running");
    return content;
  };
  return { folder, child, output, dev };
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

function recorded(folder: string): ProcessIdentity[] {
  return (JSON.parse(readFileSync(join(folder, "processes.json"), "utf8")) as { services: ProcessIdentity[] }).services;
}
