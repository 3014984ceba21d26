import { storableText, type Json } from "@mainspring/core";
import { getTenant, isUuid, keepRefused, NoPlaceError, type Store, type TenantDb } from "@mainspring/store";
import { acceptTogether, noteConflict, type AcceptanceRules, type InboundMessage } from "../ingestion/accept.ts";
import { messageOf } from "../temporal/grpc.ts";
import type { StreamEntry } from "./consumer.ts";
import { readMessage, refusedOf, storable, type RefusedMessage } from "./message.ts";

/** What came of some entries of one stream. */
export interface TakenIn {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  /** Done with: each is an event of the inbox, was one before, or is kept as refused. */
  readonly entryIds: readonly string[];
  /** Why the others are left to the stream. */
  readonly left?: LeftInStream;
}

export type LeftInStream =
  /** The tenant's inbox has no room for them. */
  | { readonly why: "full" }
  /** Nothing comes in for the tenant now; what its stream has comes in when it is resumed. */
  | { readonly why: "suspended" }
  /** The database refuses one of them; it is tried again, a few times. */
  | { readonly why: "refused"; readonly error: string };

/** An entry that has no inbox to be kept in. */
export interface StrayEntry extends StreamEntry {
  readonly code: "TENANT_NOT_FOUND" | "EVENT_NOT_STORABLE";
}

export interface TakeInParts {
  readonly store: Store;
  readonly rules: AcceptanceRules;
  /** Puts entries where they can be looked at, outside of the database. */
  readonly setAside: (key: string, entries: readonly StrayEntry[]) => Promise<void>;
}

/** So often an entry is tried that the database refuses for what it is. */
export const entryTriesMax = 5;
/** Of entries that are being tried. */
const triedMax = 10_000;

interface From {
  readonly tenantId: string;
  readonly key: string;
  readonly entries: readonly StreamEntry[];
}

type Read = { readonly entry: StreamEntry; readonly event: InboundMessage };
type Refused = { readonly entry: StreamEntry; readonly what: RefusedMessage };

/**
 * Takes entries of streams into inboxes. Those of one stream become rows of one transaction; one that is refused becomes a row of its own
 * kind, and holds up no other. What the tenant's inbox has no room for is left, the last entries first, and nothing is said of it.
 */
export function createTakeIn(parts: TakeInParts): (from: From) => Promise<TakenIn> {
  const { setAside } = parts;
  const tries = new Tries();

  return async ({ tenantId, key, entries }) => {
    const nothing = { accepted: 0, duplicate: 0, refused: 0 };
    try {
      if (!isUuid(tenantId)) throw new TakesNothing("unknown");
      return await takeFrom({ tenantId, key, entries });
    } catch (error) {
      if (!(error instanceof TakesNothing)) throw error;
      if (error.why === "suspended") return { ...nothing, entryIds: [], left: { why: "suspended" } };
      const strays = entries.map((entry) => ({ ...entry, code: "TENANT_NOT_FOUND" }) as const);
      await setAside(key, strays);
      return { ...nothing, entryIds: strays.map(({ entryId }) => entryId) };
    }
  };

  async function takeFrom({ tenantId, key, entries }: From): Promise<TakenIn> {
    const events: Read[] = [];
    const refused: Refused[] = [];
    for (const entry of entries) {
      const read = readMessage(entry.fields, tenantId);
      if (read.event === undefined) refused.push({ entry, what: read.refused });
      else events.push({ entry, event: read.event });
    }
    const taken = await acceptAll(parts, { tenantId, key, events });
    refused.push(...taken.refused);

    const done = taken.accepted.map(({ entryId }) => entryId);
    let left: LeftInStream | undefined = taken.isFull ? { why: "full" } : undefined;
    for (const { entry, error } of taken.failed) {
      if (tries.failed(`${key}/${entry.entryId}`) >= entryTriesMax)
        refused.push({ entry, what: rawOf(entry, tenantId, error) });
      else left = { why: "refused", error: messageOf(error) };
    }
    for (const { entry, what } of refused) {
      await keepOrSetAside(parts, { tenantId, key, entry, what });
      done.push(entry.entryId);
    }
    for (const entryId of done) tries.forget(`${key}/${entryId}`);
    const { duplicate } = taken;
    return {
      accepted: taken.accepted.length - duplicate,
      duplicate,
      refused: refused.length,
      entryIds: done,
      ...(left === undefined ? {} : { left }),
    };
  }
}

/** Of a tenant of which nothing comes in. */
class TakesNothing extends Error {
  readonly why: "suspended" | "unknown";
  constructor(why: "suspended" | "unknown") {
    super(why);
    this.why = why;
  }
}

/** In the transaction that takes something in, as a request's key is asked with each request. */
async function checkTakes(db: TenantDb): Promise<void> {
  const tenant = await getTenant(db);
  if (tenant === undefined) throw new TakesNothing("unknown");
  if (tenant.suspended) throw new TakesNothing("suspended");
}

interface Accepted {
  readonly accepted: readonly StreamEntry[];
  readonly duplicate: number;
  readonly refused: readonly Refused[];
  /** Those that the database refuses for a reason which is not asked for before. */
  readonly failed: readonly { readonly entry: StreamEntry; readonly error: unknown }[];
  readonly isFull: boolean;
}

interface Batch {
  readonly tenantId: string;
  readonly key: string;
  readonly events: readonly Read[];
}

/** Where the database refuses them together each is taken alone, so that the one which is to blame is found. */
async function acceptAll(parts: TakeInParts, batch: Batch): Promise<Accepted> {
  try {
    return await acceptTogetherOf(parts, batch);
  } catch (error) {
    if (!isOfTheEntry(error)) throw error;
    const [only, ...others] = batch.events;
    if (only !== undefined && others.length === 0)
      return { accepted: [], duplicate: 0, refused: [], failed: [{ entry: only.entry, error }], isFull: false };
    const alone: Accepted[] = [];
    for (const event of batch.events) {
      const one = await acceptAll(parts, { ...batch, events: [event] });
      alone.push(one);
      if (one.isFull) break;
    }
    return {
      accepted: alone.flatMap(({ accepted }) => accepted),
      duplicate: alone.reduce((sum, { duplicate }) => sum + duplicate, 0),
      refused: alone.flatMap(({ refused }) => refused),
      failed: alone.flatMap(({ failed }) => failed),
      isFull: alone.some(({ isFull }) => isFull),
    };
  }
}

async function acceptTogetherOf({ store, rules }: TakeInParts, batch: Batch): Promise<Accepted> {
  const { tenantId, key } = batch;
  let { events } = batch;
  const refused: Refused[] = [];
  let isFull = false;
  while (events.length > 0) {
    const messages = events.map(({ event }) => event);
    const tried = await acceptOrRollBack(store, tenantId, messages, rules);
    if ("receipts" in tried) {
      const duplicate = tried.receipts.filter((receipt) => receipt.duplicate).length;
      return { accepted: events.map(({ entry }) => entry), duplicate, refused, failed: [], isFull };
    }
    const { position, problem } = tried;
    if (problem.code === "BACKLOG_FULL") {
      isFull = true;
      events = events.slice(0, Math.floor(events.length / 2));
      continue;
    }
    const bad = events[position] as Read;
    if (problem.code === "EVENT_CONFLICT")
      await store.tenant(tenantId, (db) => noteConflict(db, problem, `stream:${key}`));
    refused.push({ entry: bad.entry, what: refusedOf(bad.event, problem) });
    events = events.filter((_, i) => i !== position);
  }
  return { accepted: [], duplicate: 0, refused, failed: [], isFull };
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
      await checkTakes(db);
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

// SQLSTATE classes that speak of what is written: values, constraints, limits, triggers. All others speak of the database.
const refusals = /^(21|22|23|44|54|P0)[0-9A-Z]{3}$/;

/** Whether the next try of the same entry would fail alike. What is unclear is the database's: it is tried until it answers. */
function isOfTheEntry(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && refusals.test(code);
}

async function keepOrSetAside(
  { store, setAside }: TakeInParts,
  { tenantId, key, entry, what }: Refused & { readonly tenantId: string; readonly key: string },
): Promise<void> {
  try {
    await store.tenant(tenantId, async (db) => {
      await checkTakes(db);
      await keep(db, key, entry.entryId, what);
    });
  } catch (error) {
    if (!(error instanceof NoPlaceError) && !isOfTheEntry(error)) throw error;
    await setAside(key, [{ ...entry, code: "EVENT_NOT_STORABLE" }]);
  }
}

function keep(db: TenantDb, key: string, entryId: string, what: RefusedMessage): ReturnType<typeof keepRefused> {
  const { code, message, pointer, id, source, name, payload, userId, correlationKey } = what;
  const entry = `${key}/${entryId}`;
  return keepRefused(db, {
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

/** A field's text beyond it is cut: an event that can be taken has none so long. */
const fieldMax = 300 * 1024;

/** The entry as it came, field by field, because it is not known what of it cannot be kept. */
function rawOf(entry: StreamEntry, tenantId: string, error: unknown): RefusedMessage {
  const read = readMessage(entry.fields, tenantId);
  const named =
    read.event === undefined
      ? read.refused
      : refusedOf(read.event, { code: "EVENT_NOT_STORABLE", message: "", issues: [] });
  const payload: { [field: string]: Json } = {};
  for (const [field, bytes] of Object.entries(entry.fields)) {
    const text = bytes.toString("utf8");
    payload[storable(field)] = text.length > fieldMax ? storable(text) : storableText(text);
  }
  const message = `the database refused it ${entryTriesMax} times: ${storable(messageOf(error)).slice(0, 300)}`;
  return { ...named, code: "EVENT_NOT_STORABLE", message, pointer: "", payload };
}

/** How often entries were tried in vain. */
class Tries {
  readonly #counts = new Map<string, number>();

  failed(entry: string): number {
    const count = (this.#counts.get(entry) ?? 0) + 1;
    this.#counts.delete(entry);
    this.#counts.set(entry, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > triedMax && oldest !== undefined) this.#counts.delete(oldest);
    return count;
  }

  forget(entry: string): void {
    this.#counts.delete(entry);
  }
}
