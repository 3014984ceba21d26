import { tenantIds, type Store } from "@mainspring/store";
import type { Log } from "../activities/dependencies.ts";
import type { AcceptanceRules } from "../ingestion/accept.ts";
import { startInterval, type IntervalState } from "../worker/intervals.ts";
import { connectOrGoOn, endRedis, openRedis, type RedisClient } from "./connection.ts";
import {
  endsWithin,
  removeGoneConsumers,
  startConsumer,
  stopWithinMs,
  type Consumer,
  type ConsumerHealth,
  type StreamEntry,
} from "./consumer.ts";
import { deadLetterStream, type StreamSettings } from "./settings.ts";
import { createStreams, type Standing } from "./streams.ts";
import { createTakeIn, type StrayEntry, type TakenIn } from "./take-in.ts";

export interface EventStreamParts {
  readonly store: Store;
  readonly settings: StreamSettings;
  readonly rules: AcceptanceRules;
  /** Of the process: consumers are numbered. */
  readonly identity: string;
  readonly consumers: number;
  readonly log: Log;
  /** Told of everything that came in. */
  readonly onTaken?: (taken: Taken) => void;
}

export interface Taken {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
}

/** The Redis source of one process. */
export interface EventStream {
  health(): EventStreamHealth;
  stop(): Promise<void>;
}

export interface EventStreamHealth {
  readonly state: IntervalState;
  readonly streams: number;
  readonly lag: number;
  readonly pending: number;
  /** Streams of tenants whose inbox is full: their entries wait in Redis. */
  readonly full: readonly string[];
  /** Streams of suspended tenants: their entries wait in Redis until the tenant is resumed. */
  readonly suspended: readonly string[];
  readonly consumers: readonly (ConsumerHealth & {
    readonly id: string;
    readonly pending: number;
    /** Of the group, which a consumer shares with all others. */
    readonly lag: number;
  })[];
}

const discoverEveryMs = 1_000;
const removeEveryMs = 60_000;
const deadLettersMax = 10_000;

/**
 * Takes events from the tenants' streams into the inbox. An entry is acknowledged once its row is committed: until then it is Redis's, and
 * is given to another consumer when this one is gone; afterwards it is ours, whatever becomes of Redis. So a stream that is read again, from
 * wherever, brings nothing twice.
 */
export async function startEventStream(parts: EventStreamParts): Promise<EventStream> {
  const { store, settings, log } = parts;
  const client = await openRedis(settings.url, () => undefined);
  await connectOrGoOn(client);
  const streams = createStreams(client, settings, { tenantIds: () => store.platform(tenantIds), log });
  let standing: Standing = { streams: 0, lag: 0, pending: 0, pendingOf: new Map() };
  let removedAtMs = Date.now();
  const consumers: Consumer[] = [];
  const watch = startInterval("event stream", discoverEveryMs, log, async () => {
    await streams.discover();
    await streams.trim();
    standing = await streams.standing(consumers.flatMap((consumer) => consumer.health().suspended));
    if (Date.now() - removedAtMs >= removeEveryMs) {
      removedAtMs = Date.now();
      await removeGoneConsumers(client, streams, settings);
    }
    return { more: false };
  });
  const takeIn = createTakeIn({
    store,
    rules: parts.rules,
    setAside: (key, entries) => setAside(client, settings, key, entries),
  });
  const take = async (key: string, entries: readonly StreamEntry[]): Promise<TakenIn> => {
    const taken = await takeIn({ tenantId: streams.tenantOf(key), key, entries });
    const { accepted, duplicate, refused } = taken;
    if (taken.entryIds.length > 0) parts.onTaken?.({ accepted, duplicate, refused });
    return taken;
  };
  for (let index = 0; index < parts.consumers; index += 1) {
    const id = `${parts.identity}:${index}`;
    consumers.push(await startConsumer({ settings, id, streams, log, take, onGone: () => watch.wake() }));
  }
  return {
    health: () => {
      const each = consumers.map((consumer) => ({
        id: consumer.id,
        ...consumer.health(),
        pending: standing.pendingOf.get(consumer.id) ?? 0,
        lag: standing.lag,
      }));
      const states = [watch.state(), ...each.map(({ state }) => state)];
      const state = states.includes("failing") ? "failing" : states.includes("starting") ? "starting" : "ok";
      const { streams: count, lag, pending } = standing;
      const full = [...new Set(each.flatMap((consumer) => consumer.full))].sort();
      const suspended = [...new Set(each.flatMap((consumer) => consumer.suspended))].sort();
      return { state, streams: count, lag, pending, full, suspended, consumers: each };
    },
    async stop() {
      streams.stop();
      const watching = watch.stop();
      const ended = await Promise.allSettled(consumers.map((consumer) => consumer.stop()));
      await endsWithin(watching, stopWithinMs);
      endRedis(client);
      await watching;
      for (const one of ended) if (one.status === "rejected") throw one.reason;
    },
  };
}

/** Of an entry that has no inbox. */
async function setAside(
  client: RedisClient,
  settings: StreamSettings,
  key: string,
  entries: readonly StrayEntry[],
): Promise<void> {
  for (const { entryId, fields, code } of entries) {
    await client.xAdd(
      deadLetterStream(settings),
      "*",
      { ...fields, dead_code: code, dead_stream: key, dead_entry_id: entryId },
      { TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: deadLettersMax } },
    );
  }
}
