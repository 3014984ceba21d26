// The shop that chaos runs order from. It counts what it was made to do by order, whatever key that came under.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";

export type Shop = {
  url: string;
  /** How often each order was made. */
  orders: ReadonlyMap<string, number>;
  /** Orders that are made, and whose answer has not gone out. */
  unanswered: ReadonlySet<string>;
  /** The next order that is made is handed to `listener` before its answer goes out, which waits for it. */
  beforeNextAnswer(listener: (order: string) => Promise<void>): void;
  requests(): number;
  close(): Promise<void>;
};

/** @param answersAfterMs how long the shop takes to tell that an order is made */
export async function openShop(answersAfterMs: () => number): Promise<Shop> {
  const orders = new Map<string, number>();
  const known = new Map<string, string>();
  const unanswered = new Set<string>();
  let listener: ((order: string) => Promise<void>) | undefined;
  let requests = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const { order } = (await json(request)) as { order: string };
      const key = String(request.headers["idempotency-key"]);
      requests++;
      let answer = known.get(key);
      if (answer === undefined) {
        const times = (orders.get(order) ?? 0) + 1;
        orders.set(order, times);
        answer = JSON.stringify({ order, times });
        known.set(key, answer);
        unanswered.add(order);
        const told = listener;
        listener = undefined;
        await told?.(order);
        await pause(answersAfterMs());
      }
      response.writeHead(200, { "content-type": "application/json" }).end(answer);
      unanswered.delete(order);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    orders,
    unanswered,
    beforeNextAnswer: (next) => void (listener = next),
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
