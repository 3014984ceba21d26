import { isUuid, keepRefused, tenantIds, type Store, type TenantDb } from "@mainspring/store";
import type { Log } from "../activities/dependencies.ts";
import { acceptTogether, noteConflict, type AcceptanceRules, type InboundMessage } from "../ingestion/accept.ts";
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
import { readMessage, refusedOf, type RefusedMessage } from "./message.ts";
import { deadLetterStream, type StreamSettings } from "./settings.ts";
import { createStreams, type Standing } from "./streams.ts";

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
  const streams = createStreams(client, settings);
  let standing: Standing = { streams: 0, lag: 0, pending: 0, pendingOf: new Map() };
  let removedAtMs = Date.now();
  const watch = startInterval("event stream", discoverEveryMs, log, async () => {
    await streams.discover();
    await streams.trim();
    standing = await streams.standing();
    if (Date.now() - removedAtMs >= removeEveryMs) {
      removedAtMs = Date.now();
      await removeGoneConsumers(client, streams, settings);
    }
    return { more: false };
  });
  const known = new KnownTenants(store);
  const take = async (key: string, entries: readonly StreamEntry[]): Promise<readonly string[]> => {
    const tenantId = streams.tenantOf(key);
    if (!(await known.has(tenantId))) {
      await setAside(client, settings, key, entries);
      return entries.map(({ entryId }) => entryId);
    }
    const { entryIds, ...taken } = await takeIn(parts, { tenantId, key, entries });
    parts.onTaken?.(taken);
    return entryIds;
  };
  const consumers: Consumer[] = [];
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
      return { state, streams: count, lag, pending, full, consumers: each };
    },
    async stop() {
      const watching = watch.stop();
      const ended = await Promise.allSettled(consumers.map((consumer) => consumer.stop()));
      await endsWithin(watching, stopWithinMs);
      endRedis(client);
      await watching;
      for (const one of ended) if (one.status === "rejected") throw one.reason;
    },
  };
}

/**
 * Entries of one stream become rows of one transaction; one that is refused becomes a row of its own kind, and holds up no other. What the
 * tenant's inbox has no room for is left, the last entries first, and nothing is said of it.
 */
async function takeIn(
  { store, rules }: EventStreamParts,
  from: { readonly tenantId: string; readonly key: string; readonly entries: readonly StreamEntry[] },
): Promise<Taken & { readonly entryIds: readonly string[] }> {
  const { tenantId, key, entries } = from;
  let events: { readonly entryId: string; readonly event: InboundMessage }[] = [];
  const refused: { readonly entryId: string; readonly what: RefusedMessage }[] = [];
  for (const { entryId, fields } of entries) {
    const read = readMessage(fields, tenantId);
    if (read.event === undefined) refused.push({ entryId, what: read.refused });
    else events.push({ entryId, event: read.event });
  }
  let receipts: readonly { readonly duplicate: boolean }[] = [];
  while (events.length > 0) {
    const tried = await acceptOrRollBack(
      store,
      tenantId,
      events.map(({ event }) => event),
      rules,
    );
    if ("receipts" in tried) {
      receipts = tried.receipts;
      break;
    }
    const { position, problem } = tried;
    if (problem.code === "BACKLOG_FULL") {
      events = events.slice(0, Math.floor(events.length / 2));
      continue;
    }
    const bad = events[position] as (typeof events)[number];
    if (problem.code === "EVENT_CONFLICT")
      await store.tenant(tenantId, (db) => noteConflict(db, problem, `stream:${key}`));
    refused.push({ entryId: bad.entryId, what: refusedOf(bad.event, problem) });
    events = events.filter((_, i) => i !== position);
  }
  for (const { entryId, what } of refused) await store.tenant(tenantId, (db) => keep(db, key, entryId, what));
  const duplicate = receipts.filter((receipt) => receipt.duplicate).length;
  return {
    accepted: receipts.length - duplicate,
    duplicate,
    refused: refused.length,
    entryIds: [...events, ...refused].map(({ entryId }) => entryId),
  };
}

type Tried = Awaited<ReturnType<typeof acceptTogether>>;

async function acceptOrRollBack(
  store: Store,
  tenantId: string,
  events: readonly InboundMessage[],
  rules: AcceptanceRules,
): Promise<Tried> {
  let tried: Tried | undefined;
  try {
    return await store.tenant(tenantId, async (db) => {
      tried = await acceptTogether(db, events, rules);
      if (!("receipts" in tried)) throw new RolledBack();
      return tried;
    });
  } catch (error) {
    if (error instanceof RolledBack && tried !== undefined) return tried;
    throw error;
  }
}

class RolledBack extends Error {}

async function keep(db: TenantDb, key: string, entryId: string, what: RefusedMessage): Promise<void> {
  const { code, message, pointer, id, source, name, payload, userId, correlationKey } = what;
  const entry = `${key}/${entryId}`;
  await keepRefused(db, {
    source,
    eventId: id,
    entry,
    name,
    payload,
    userId,
    correlationKey,
    error: { code, message, pointer, stream: key, entryId },
  });
}

/** Of a stream that is no tenant's: there is no inbox for it. */
async function setAside(
  client: RedisClient,
  settings: StreamSettings,
  key: string,
  entries: readonly StreamEntry[],
): Promise<void> {
  for (const { entryId, fields } of entries) {
    await client.xAdd(
      deadLetterStream(settings),
      "*",
      { ...fields, dead_code: "TENANT_NOT_FOUND", dead_stream: key, dead_entry_id: entryId },
      { TRIM: { strategy: "MAXLEN", strategyModifier: "~", threshold: deadLettersMax } },
    );
  }
}

/** Tenants are asked for again when one comes that was not there before. */
class KnownTenants {
  readonly #store: Store;
  #known = new Set<string>();
  #askedAtMs = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  async has(id: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    if (this.#known.has(id) && Date.now() - this.#askedAtMs < 10_000) return true;
    this.#known = new Set(await this.#store.platform(tenantIds));
    this.#askedAtMs = Date.now();
    return this.#known.has(id);
  }
}
