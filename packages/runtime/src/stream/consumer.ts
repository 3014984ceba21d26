import type { Log } from "../activities/dependencies.ts";
import { messageOf } from "../temporal/grpc.ts";
import { connectOrGoOn, endRedis, openRedis, type RedisClient } from "./connection.ts";
import type { StreamSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";

/** One entry of a stream as Redis gives it. */
export interface StreamEntry {
  readonly entryId: string;
  readonly fields: { readonly [name: string]: Buffer };
}

export interface ConsumerParts {
  readonly settings: StreamSettings;
  /** Of all consumers in the world; the first part of its names. */
  readonly id: string;
  readonly streams: Streams;
  readonly log: Log;
  /** Has taken in, once it resolves, every one of the entries: each is an event of the inbox, was one before, or is kept as refused. */
  readonly take: (key: string, entries: readonly StreamEntry[]) => Promise<void>;
  /** Told that a stream or our group is not there any more. */
  readonly onGone: () => void;
}

export interface Consumer {
  readonly id: string;
  health(): ConsumerHealth;
  /** Takes nothing more, finishes what it has, and takes itself off the groups. */
  stop(): Promise<void>;
}

export interface ConsumerHealth {
  readonly state: "starting" | "ok" | "failing";
  /** When entries, or the answer that there are none, came last. */
  readonly lastSuccessAt?: string;
  readonly lastError?: string;
}

/** A read blocks for a second at most. */
export const stopWithinMs = 3_000;
const blockMs = 1_000;
const idlePauseMs = 200;
const failurePauseMs = 250;

// Only a consumer that has nothing left may go: with it would go what says that an entry is still owed.
const removeConsumer = `
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  if one[4] == 0 and (one[2] == ARGV[2] or (ARGV[2] == '' and one[6] > tonumber(ARGV[3]))) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one[2])
  end
end`;

export async function startConsumer(parts: ConsumerParts): Promise<Consumer> {
  const { settings, id, streams, log } = parts;
  const client = await openRedis(settings.url, () => undefined);
  const { RESP_TYPES } = await import("redis");
  // Bytes, not text: what is no UTF-8 has to be seen as such.
  const reader = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  let stopped = false;
  let health: ConsumerHealth = { state: "starting" };
  // What we were given before a failure and have not acknowledged comes first.
  let owes = true;
  let claimedAtMs = Date.now();
  let endPause: (() => void) | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => (clearTimeout(timer), resolve());
    });
  const take = async (key: string, messages: readonly (Given | null)[]): Promise<void> => {
    const entries = messages.flatMap((one) =>
      one === null ? [] : [{ entryId: String(one.id), fields: one.message as StreamEntry["fields"] }],
    );
    if (entries.length === 0) return;
    await parts.take(key, entries);
    await client.xAck(
      key,
      settings.group,
      entries.map(({ entryId }) => entryId),
    );
  };
  const read = async (keys: readonly string[], from: ">" | "0"): Promise<boolean> => {
    const options = from === ">" ? { COUNT: settings.batchSize, BLOCK: blockMs } : { COUNT: settings.batchSize };
    const given = await reader.xReadGroup(
      settings.group,
      id,
      keys.map((key) => ({ key, id: from })),
      options,
    );
    const some = (given ?? []) as unknown as readonly { name: unknown; messages: readonly (Given | null)[] }[];
    for (const { name, messages } of some) await take(String(name), messages);
    return some.some(({ messages }) => messages.length > 0);
  };
  const claimIdle = async (keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      for (let from = "0-0"; !stopped;) {
        const claimed = await reader.xAutoClaim(key, settings.group, id, settings.idleTimeoutMs, from, {
          COUNT: settings.batchSize,
        });
        const messages = claimed.messages as unknown as readonly (Given | null)[];
        if (messages.length > 0)
          log.info({ consumer: id, stream: key, entries: messages.length }, "took over idle entries");
        await take(key, messages);
        from = String(claimed.nextId);
        if (from === "0-0") break;
      }
    }
  };

  const round = async (): Promise<void> => {
    if (!client.isOpen) await connectOrGoOn(client);
    const keys = streams.keys();
    if (keys.length === 0) {
      await client.ping();
      await pause(idlePauseMs);
    } else if (owes) {
      owes = await read(keys, "0");
    } else if (Date.now() - claimedAtMs >= Math.max(settings.idleTimeoutMs / 2, 100)) {
      claimedAtMs = Date.now();
      await claimIdle(keys);
    } else {
      await read(keys, ">");
    }
    health = { state: "ok", lastSuccessAt: new Date().toISOString() };
  };
  const running = (async () => {
    while (!stopped) {
      try {
        await round();
      } catch (error) {
        if (stopped) break;
        owes = true;
        const isGone = /NOGROUP|UNBLOCKED/.test(String(error));
        if (isGone) parts.onGone();
        else if (health.state !== "failing")
          log.warn(
            { consumer: id, error: messageOf(error) },
            "Events cannot be taken from the stream; it is tried again",
          );
        if (!isGone) health = { ...health, state: "failing", lastError: messageOf(error) };
        await pause(failurePauseMs);
      }
    }
  })();
  return {
    id,
    health: () => health,
    async stop() {
      stopped = true;
      endPause?.();
      // A Redis that does not answer is left; what has been read of it is taken in all the same.
      if (!(await endsWithin(running, stopWithinMs))) endRedis(client);
      await running;
      if (client.isReady) {
        const scope = { arguments: [settings.group, id, "0"] };
        const gone = streams.keys().map((key) => client.eval(removeConsumer, { keys: [key], ...scope }));
        await endsWithin(Promise.allSettled(gone), stopWithinMs);
      }
      endRedis(client);
    },
  };
}

/** @returns false when it is still going on after so long */
export async function endsWithin(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, withinMs, false)));
  const ended = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

/** Takes consumers off whose processes are long gone and who owe nothing. */
export async function removeGoneConsumers(
  client: RedisClient,
  streams: Streams,
  settings: StreamSettings,
): Promise<void> {
  const goneMs = Math.max(3_600_000, settings.idleTimeoutMs * 10);
  for (const key of streams.keys())
    await client.eval(removeConsumer, { keys: [key], arguments: [settings.group, "", String(goneMs)] });
}

interface Given {
  readonly id: unknown;
  readonly message: unknown;
}
