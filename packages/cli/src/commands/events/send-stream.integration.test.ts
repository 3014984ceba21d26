// `events send --stream`: to a real Redis, as a worker finds it there.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import { runCli } from "../../testing/run-cli.ts";

const isHere = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
const tenant = "0197a4a2-0000-7000-8000-000000000001";
let redis: ChildProcess;
let port: number;
beforeAll(async () => {
  if (!isHere) return;
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  ({ port } = probe.address() as AddressInfo);
  await new Promise((resolve) => probe.close(resolve));
  redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
  for await (const chunk of redis.stdout as AsyncIterable<Buffer>) if (String(chunk).includes("Ready to accept")) break;
});
afterAll(async () => {
  if (!isHere) return;
  const exited = once(redis, "exit");
  redis.kill("SIGKILL");
  await exited;
});
beforeEach((context: TestContext) => {
  if (!isHere) context.skip("no redis-server on PATH: install it to run the tests of the event stream");
});

const cli = (command: string): string =>
  spawnSync("redis-cli", ["-p", String(port), ...command.split(" ")], { encoding: "utf8" }).stdout;

test("[ING-16] events send --stream puts the event with its correlation key into the tenant's stream", async () => {
  const args = [
    "events",
    "send",
    "order.paid",
    "--stream",
    "--tenant",
    tenant,
    "--id",
    "o-1",
    "--key",
    "A-1",
    "--payload",
    '{"amount":9}',
    "--json",
  ];
  const ran = await runCli(args, { env: { REDIS_URL: `redis://127.0.0.1:${port}` } });
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(ran.stdout)).toEqual({
    id: "o-1",
    source: "cli",
    stream: `workflow:events:${tenant}`,
    entryId: expect.stringMatching(/^\d+-\d+$/),
  });
  const lines = cli(`XRANGE workflow:events:${tenant} - +`).trim().split("\n").slice(1);
  const fields = Object.fromEntries(lines.flatMap((line, i) => (i % 2 === 0 ? [[line, lines[i + 1]]] : [])));
  expect(fields).toMatchObject({
    id: "o-1",
    event_name: "order.paid",
    tenant_id: tenant,
    source: "cli",
    payload: '{"amount":9}',
    workflow_correlation_key: "A-1",
  });
});

test("[ING-16] without a Redis, or with one that does not answer, it says so and ends as for what cannot be reached", async () => {
  const none = await runCli(["events", "send", "order.paid", "--stream", "--tenant", tenant]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("REDIS_URL")]);
  const away = await runCli(["events", "send", "order.paid", "--stream", "--tenant", tenant], {
    env: { REDIS_URL: "redis://127.0.0.1:1" },
  });
  expect([away.code, away.stderr]).toEqual([3, expect.stringContaining("does not answer")]);
});
