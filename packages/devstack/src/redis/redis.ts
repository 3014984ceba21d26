// Redis of one folder: what stream producers have put there outlives a restart of the stack.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Service } from "../service.ts";
import { setupError } from "../setup-error.ts";

export function isRedisHere(): boolean {
  return spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
}

export function localRedis({ folder, port }: { folder: string; port: number }): { service: Service; url: string } {
  const data = join(folder, "redis");
  const logFile = join(folder, "redis.log");
  mkdirSync(data, { recursive: true });
  return {
    url: `redis://127.0.0.1:${port}`,
    service: {
      name: "redis",
      command: "redis-server",
      args: ["--bind", "127.0.0.1", "--port", String(port), "--dir", data, "--appendonly", "yes", "--save", ""],
      env: process.env,
      cwd: data,
      logFile,
      ending: { signal: "SIGTERM", graceMs: 10_000 },
      isReady: () => answersAsRedis(port),
      readyDeadlineMs: 20_000,
      failure: (reason) => setupError("PROCESS_FAILED", { name: "redis", reason, log: logFile }),
      passingTrouble: /address already in use/i,
    },
  };
}

/** While it reads what it had, it answers with an error. */
function answersAsRedis(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => void socket.write("PING\r\n"));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.on("data", (chunk) => end(chunk.toString().startsWith("+PONG")));
    socket.on("error", () => end(false));
  });
}
