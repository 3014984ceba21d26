import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { openRedis, endRedis, type RedisClient } from "../stream/connection.ts";
import { until } from "./until.ts";

/** A real Redis that keeps nothing on disk, to be killed, held and emptied at will. */
export interface RedisServer {
  readonly url: string;
  /** For the test's own commands. */
  readonly client: RedisClient;
  pid(): number;
  /** SIGKILL, and gone with all that it had. */
  kill(): Promise<void>;
  /** After `kill`: another one in the same place, empty. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Why there is no Redis for a test here; undefined when there is one. */
export function noRedisHere(): string | undefined {
  const found = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
  return found ? undefined : "no redis-server on PATH: install it to run the tests of the event stream";
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const client = await openRedis(url, () => undefined);
  const start = async (): Promise<void> => {
    child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
      stdio: "ignore",
    });
    if (!client.isOpen) void client.connect().catch(() => undefined);
    await until("Redis answers", async () => (await client.ping().catch(() => undefined)) ?? undefined);
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await exited;
  };
  await start();
  return {
    url,
    client,
    pid: () => child?.pid ?? -1,
    kill,
    start,
    async close() {
      endRedis(client);
      await kill();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
