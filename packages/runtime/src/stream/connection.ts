import type { RedisClientType } from "redis";

export type RedisClient = RedisClientType<{}, {}, {}, 2>;

const reconnectMaxMs = 1_000;
/** No reply for so long, blocking reads included: the connection is given up, and made again. */
const silentMs = 10_000;

/**
 * A connection that is made again whenever it breaks. What is sent while it is broken fails at once, so that nobody takes silence for work
 * under way. The library is loaded only here: it takes 140 ms, and most processes have no stream.
 * @param onError told of each failure of the connection; what used it fails by itself
 */
export async function openRedis(url: string, onError: (error: Error) => void): Promise<RedisClient> {
  const redis = await import("redis");
  const client: RedisClient = redis.createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 5_000,
      socketTimeout: silentMs,
      reconnectStrategy: (retries) => Math.min(reconnectMaxMs, 25 * 2 ** Math.min(retries, 6)),
    },
  });
  client.on("error", onError);
  return client;
}

/** Resolves once connected, or when the first try has failed: the client then goes on trying. */
export async function connectOrGoOn(client: RedisClient): Promise<void> {
  await new Promise<void>((resolve) => {
    client.once("ready", () => resolve());
    client.once("error", () => resolve());
    client.connect().catch(() => resolve());
  });
}

/** Fails with the first failure, instead of going on trying. */
export async function connectOnce(client: RedisClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once("error", (error: Error) => reject(error));
    client.connect().then(() => resolve(), reject);
  });
}

/** Ends the connection, whatever is under way on it. */
export function endRedis(client: RedisClient): void {
  if (client.isOpen) client.destroy();
}
