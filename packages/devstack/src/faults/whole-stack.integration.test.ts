// `npm start` in a fresh copy of the repository: what README.md promises, and what happens when all of it is killed.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openEvidence, until } from "@mainspring/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiOf, expectStatus } from "../start/api.ts";
import { freshCopy, killAtOnce, living, type FreshCopy, type Started } from "./fresh-copy.ts";
import { processesNaming, withDescendants } from "./proc.ts";

// The tests share one folder and go on from each other, because each start takes seconds.
let copy: FreshCopy;
let running: Started;
let parkedRunId: string;
beforeAll(() => {
  copy = freshCopy();
});
afterAll(() => copy?.remove());

test("npm start runs the example in a fresh copy", async () => {
  const startedMs = performance.now();
  running = copy.start();
  const output = await running.printed(/Sign-in key/, 120_000);
  process.stdout.write(`first start: ${seconds(startedMs)}\n`);
  expect(output).toMatch(/order-fulfilment ended SUCCEEDED/);
  expect(output).toMatch(/^ {2}✓ labels$/m);
}, 150_000);

const withoutCurl = spawnSync("curl", ["--version"]).status !== 0;

test("the curl commands of README.md work as they are written", ({ skip }) => {
  skip(withoutCurl, "curl is not installed");
  const { url, apiKey } = running.dev();
  const [, section = ""] = readFileSync(join(copy.folder, "README.md"), "utf8").split(
    "## A workflow of your own, with curl",
  );
  const commands = [...section.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map(([, text]) => String(text))
    .find((text) => text.includes("curl"));
  const replies = repliesOf(String(commands), { URL: url, KEY: apiKey });
  expect(replies).toHaveLength(3);
  expect(replies[2]).toMatchObject({
    status: "SUCCEEDED",
    output: { status: 200, body: { sku: "kettle", available: 7 } },
  });
}, 60_000);

test("the commands by hand in the example's README work as they are written", async ({ skip }) => {
  skip(withoutCurl, "curl is not installed");
  const { url, apiKey } = running.dev();
  const text = readFileSync(join(copy.folder, "examples/order-fulfilment/README.md"), "utf8");
  const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, found]) => String(found)).join("");
  const [started, event] = repliesOf(commands, { URL: url, KEY: apiKey });
  expect(event).toMatchObject({ duplicate: false });
  const run = await endOf(String(started?.["runId"]));
  expect(run["output"]).toMatchObject({ status: "shipped", orderId: "A-1002", total: 29, toldBy: "sms" });
}, 60_000);

test("the whole stack killed with -9 leaves no process behind, and its open run goes on after the next start", async () => {
  parkedRunId = await park();
  const dev = running.dev();
  const supervisor = Number(dev.pids.supervisor);
  const known = withDescendants(running.child.pid ?? 0);
  const killed = killAtOnce(copy.folder, supervisor);
  await nothingLeft(known);

  // The next start prints what the changed example says.
  const file = join(copy.folder, "examples/order-fulfilment/order-fulfilment.flow.yaml");
  const before = readFileSync(file, "utf8");
  const changed = before.replace("  - id: labels\n", "  - id: parcel-labels\n");
  expect(changed).not.toBe(before);
  writeFileSync(file, changed);

  const startedMs = performance.now();
  running = copy.start();
  const output = await running.printed(/Sign-in key/, 120_000);
  process.stdout.write(`${killed} processes killed; the next start: ${seconds(startedMs)}\n`);
  expect(output).toMatch(/Running order-fulfilment, version 2\n/);
  expect(output).toMatch(/^ {2}✓ parcel-labels$/m);
  expect(output).not.toMatch(/^ {2}✓ labels$/m);
  expect(output).toMatch(/order-fulfilment ended SUCCEEDED/);

  const after = running.dev();
  expect(after.tenantId).toBe(dev.tenantId);
  const api = apiOf(after.url, after.apiKey);
  expectStatus(await api.request("POST", "/events", { name: "parked.go", id: "go-1", correlationKey: "p-1" }), 202);
  expect((await endOf(parkedRunId))["status"]).toBe("SUCCEEDED");
  const evidence = await openEvidence({
    databaseUrl: after.databaseUrl,
    temporal: { address: after.temporalAddress, namespace: after.temporalNamespace },
    tenantId: after.tenantId,
  });
  await evidence.expectSound(parkedRunId);
  await evidence.close();
}, 200_000);

test("Ctrl-C ends every process of the stack", async () => {
  const known = withDescendants(running.child.pid ?? 0);
  running.child.kill("SIGINT");
  expect(await running.exitCode(), running.output()).toBe(0);
  expect(known.length).toBeGreaterThan(8);
  await nothingLeft(known);
}, 60_000);

test("npm start -- --once, when it has run before, ends 0 in under 45 s", async () => {
  const startedMs = performance.now();
  const once = copy.start("--once");
  expect(await once.exitCode(), once.output()).toBe(0);
  process.stdout.write(`a second --once: ${seconds(startedMs)}\n`);
  expect(performance.now() - startedMs).toBeLessThan(45_000);
  expect(once.output()).toMatch(/^ {2}✓ parcel-labels$/m);
  await nothingLeft();
}, 90_000);

test("with the worker held, --once prints no step, says after 15 s that no worker answers, and ends 1 after 60 s", async () => {
  const once = copy.start("--once");
  await once.printed(/✓ Worker /, 60_000);
  const worker = processesNaming(copy.folder).find((line) => line.includes("/packages/runtime/src/worker/main.ts"));
  process.kill(Number(worker?.split(":")[0]), "SIGSTOP");
  await once.printed(/^ {2}run \S+$/m, 60_000);
  const startedMs = performance.now();
  await once.printed(/No worker answers/, 40_000);
  const remarkedMs = performance.now() - startedMs;
  await once.printed(/given up/, 90_000);
  const gaveUpMs = performance.now() - startedMs;
  expect(await once.exitCode(), once.output()).toBe(1);
  process.stdout.write(`remarked after ${Math.round(remarkedMs)} ms, gave up after ${Math.round(gaveUpMs)} ms\n`);
  const afterStart = once.output().split(/^ {2}run \S+$/m)[1] ?? "";
  expect(afterStart.trim().split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(/^No worker answers: nothing was heard of the run for 1[56] s\.$/),
    "  Nothing was heard of the run for 60 s: given up.",
    expect.stringMatching(/^order-fulfilment ended NO_ANSWER/),
  ]);
  expect(remarkedMs).toBeGreaterThan(14_000);
  expect(gaveUpMs).toBeGreaterThan(59_000);
  await nothingLeft();
}, 240_000);

/** Fails when a process of the stack outlives it by more than moments. @param known pids that it had */
async function nothingLeft(known: number[] = []): Promise<void> {
  await until(
    "no process is left over",
    () => {
      const left = living(copy.folder, known);
      if (left.length > 0) throw new Error(left.join("; "));
      return true;
    },
    { withinMs: 10_000 },
  );
}

/** Runs shell commands as they stand, but for a line's end after each reply. Their settings of URL and KEY are left out. */
function repliesOf(commands: string, env: Record<string, string>): Record<string, unknown>[] {
  const script = `set -euo pipefail\ncurl() { command curl --max-time 30 "$@"; echo; }\n${commands}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Publishes a workflow that waits for `parked.go` and starts it; its id, once it waits. */
async function park(): Promise<string> {
  const { url, apiKey } = running.dev();
  const api = apiOf(url, apiKey);
  const wait = { id: "go", type: "event.wait", event: "parked.go", correlationKey: "p-1" };
  const definition = { workflow: "parked", name: "Parked", semantics: 2, steps: [wait] };
  expectStatus(await api.request("POST", "/workflows", { definition }), 201);
  expectStatus(await api.request("POST", "/workflows/parked/publish", {}), 200, 201);
  const runId = String(expectStatus(await api.request("POST", "/workflows/parked/runs", {}), 202)["runId"]);
  await until("the run waits", async () => {
    const { body } = await api.request("GET", `/runs/${runId}`);
    return body["status"] === "WAITING" ? true : undefined;
  });
  return runId;
}

async function endOf(runId: string): Promise<Record<string, unknown>> {
  const { url, apiKey } = running.dev();
  return until(`run ${runId} ends`, async () => {
    const { body } = await apiOf(url, apiKey).request("GET", `/runs/${runId}`);
    return body["completedAt"] ? body : undefined;
  });
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
