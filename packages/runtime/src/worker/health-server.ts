import { createServer, type Server } from "node:http";
import { healthMetrics } from "./health-metrics.ts";
import type { WorkerHealth } from "./run-worker.ts";

/**
 * `/healthz` answers while the process lives, `/readyz` while its parts work: live state, not latched. `/metrics` is for Prometheus.
 * @param metrics left out: there are none
 */
export function startHealthServer(
  port: number,
  host: string,
  health: () => WorkerHealth,
  metrics?: () => Promise<string>,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    const json = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (path === "/metrics" && metrics !== undefined) {
      metrics().then(
        (text) =>
          response
            .writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
            .end(text + healthMetrics(health())),
        (error: unknown) => json(500, { status: "failed", error: String(error) }),
      );
      return;
    }
    if (path !== "/healthz" && path !== "/readyz") return json(404, { status: "not found" });
    const { ready, parts } = partsOf(health());
    json(path === "/healthz" || ready ? 200 : 503, { status: ready ? "ok" : "not ready", parts });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

function partsOf(state: WorkerHealth): { readonly ready: boolean; readonly parts: object } {
  const { modules, stream, ...parts } = state;
  const eventStream = stream?.state ?? "not configured";
  // What a single round that failed says is over with the next one that does not.
  const ready =
    state.temporal === "RUNNING" && !Object.values(modules).includes("failing") && eventStream !== "failing";
  return { ready, parts: { ...parts, ...modules, eventStream, ...(stream === undefined ? {} : { stream }) } };
}
