import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface EndpointCall {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
  readonly atMs: number;
}

export interface CountingEndpoint {
  readonly url: string;
  readonly calls: readonly EndpointCall[];
  /** How often each business fact was made, by the fact named in the body's `orderId`: not by key. */
  readonly facts: ReadonlyMap<string, number>;
  /** Called after a fact was made and before its answer goes out: the moment in which a kill loses the answer. */
  onEffect(listener: ((call: EndpointCall) => void | Promise<void>) | undefined): void;
  close(): Promise<void>;
}

/**
 * A service outside: `POST /orders {orderId}` makes a fact once per `Idempotency-Key` and answers a repetition with the first answer.
 * `GET /fail/<status>` answers with that status. A key that it has not seen makes a further fact, however equal the order.
 */
export async function countingEndpoint(): Promise<CountingEndpoint> {
  const calls: EndpointCall[] = [];
  const facts = new Map<string, number>();
  const answers = new Map<string, string>();
  let listener: ((call: EndpointCall) => void | Promise<void>) | undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const text = await textOf(request);
      const key = request.headers["idempotency-key"] as string | undefined;
      const call: EndpointCall = {
        method: request.method ?? "",
        path: request.url ?? "",
        key,
        body: text === "" ? undefined : JSON.parse(text),
        atMs: Date.now(),
      };
      calls.push(call);
      response.setHeader("content-type", "application/json");
      const failing = /^\/fail\/(\d{3})/.exec(call.path);
      if (failing !== null) {
        response.writeHead(Number(failing[1])).end(JSON.stringify({ reason: "as asked" }));
        return;
      }
      if (call.path !== "/orders") {
        response.end(JSON.stringify({ ok: true, path: call.path }));
        return;
      }
      const known = key === undefined ? undefined : answers.get(key);
      if (known !== undefined) {
        response.end(known);
        return;
      }
      const { orderId } = call.body as { orderId: string };
      const count = (facts.get(orderId) ?? 0) + 1;
      facts.set(orderId, count);
      const answer = JSON.stringify({ orderId, count });
      if (key !== undefined) answers.set(key, answer);
      await listener?.(call);
      response.end(answer);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    facts,
    onEffect(next) {
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
