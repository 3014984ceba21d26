import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An endpoint that actions call and that answers when the test says so. */
export interface Shop {
  /** `127.0.0.1:port`, for a tenant's `egressAllow`. */
  readonly host: string;
  readonly url: string;
  /** How often a path was asked for. */
  hits(path: string): number;
  /** Answers what waits at `/gate/<name>`, and from then on at once. */
  open(name: string): void;
  close(): Promise<void>;
}

/** `/ok` answers 200, `/missing` 404, `/mend/<name>` 404 and `/gate/<name>` not at all until opened, then 200; others 200. */
export async function openShop(): Promise<Shop> {
  const opened = new Set<string>();
  const hits = new Map<string, number>();
  const waiting = new Map<string, ServerResponse[]>();
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    request.resume();
    hits.set(path, (hits.get(path) ?? 0) + 1);
    if (path === "/missing") return answer(response, 404, { reason: "there is no such order" });
    const broken = /^\/mend\/(.+)$/.exec(path)?.[1];
    if (broken !== undefined && !opened.has(broken)) return answer(response, 404, { reason: "the card was declined" });
    const gate = /^\/gate\/(.+)$/.exec(path)?.[1];
    if (gate === undefined || opened.has(gate)) return answer(response, 200, { path });
    waiting.set(gate, [...(waiting.get(gate) ?? []), response]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    hits: (path) => hits.get(path) ?? 0,
    open(name) {
      opened.add(name);
      for (const response of waiting.get(name) ?? []) answer(response, 200, { path: `/gate/${name}` });
      waiting.delete(name);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
