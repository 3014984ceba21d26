import { createServer, type Server } from "node:http";
import type { WorkerHealth } from "./run-worker.ts";

/** `/healthz` answers while the process lives, `/readyz` while its parts work: live state, not latched. */
export function startHealthServer(port: number, host: string, health: () => WorkerHealth): Promise<Server> {
  const server = createServer((request, response) => {
    const state = health();
    const { modules, ...parts } = state;
    // What a single round that failed says is over with the next one that does not.
    const ready = state.temporal === "RUNNING" && !Object.values(modules).includes("failing");
    const status = request.url === "/healthz" ? 200 : request.url === "/readyz" ? (ready ? 200 : 503) : 404;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(
      JSON.stringify(
        status === 404
          ? { status: "not found" }
          : { status: ready ? "ok" : "not ready", parts: { ...parts, ...modules, eventStream: "not configured" } },
      ),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}
