// Stands between a run and the shop: passes each request on, and can hold the answer back when the shop has had its effect.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export type Gate = {
  url: string;
  /** Called with method and path when the shop has answered, before the run hears of it. */
  onAnswer(listener: ((call: string) => Promise<void>) | undefined): void;
  close(): Promise<void>;
};

export async function startGate(target: string): Promise<Gate> {
  let listener: ((call: string) => Promise<void>) | undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await textOf(request);
      const key = request.headers["idempotency-key"];
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? "GET",
        headers: {
          ...(typeof key === "string" ? { "idempotency-key": key } : {}),
          ...(body === "" ? {} : { "content-type": "application/json" }),
        },
        ...(body === "" ? {} : { body }),
      });
      const text = await answer.text();
      await listener?.(`${request.method} ${request.url}`);
      response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onAnswer(next) {
      listener = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
