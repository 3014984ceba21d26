import { hasSensitive, maskBySchema, pointerKeys, sensitiveValues, ValueMask } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { eventTypeSchemas, payloadsOf } from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import { maskUnder } from "./mask-under.ts";
import type { Redaction } from "./redaction.ts";

/** What readers of an event, and of what was decided about it, put its values through. Nothing that is stored is touched by it. */
export interface EventMask {
  payload(payload: Json): Json;
  value(value: Json): Json;
  text(text: string): string;
  /** What stands at a path such as `payload.total`, `event.payload.total` or a pointer into the payload: also what its value alone does not give away. */
  at(path: string, value: Json): Json;
}

export interface MaskedEvent {
  /** Ours. */
  readonly id: string;
  readonly name: string;
  /** Left out: it is read where it is needed. */
  readonly payload?: unknown;
}

/**
 * Masks by what the event's type declares sensitive, and the tenant's secrets wherever they stand.
 * @returns the mask of an event by our id; of any other, secrets alone are masked
 */
export async function maskEvents(
  db: TenantDb,
  redaction: Redaction,
  events: readonly MaskedEvent[],
): Promise<(id: string | null) => EventMask> {
  const secrets = await redaction.secrets(db);
  const plain = maskOf(new ValueMask(secrets), undefined);
  const names = [...new Set(events.map(({ name }) => name))];
  const types = names.length === 0 ? [] : await eventTypeSchemas(db, names);
  const schemas = new Map(types.filter(({ schema }) => hasSensitive(schema)).map((one) => [one.name, one.schema]));
  const masks = new Map<string, EventMask>();
  const sensitive = events.filter(({ name }) => schemas.has(name));
  const unread = sensitive.filter(({ payload }) => payload === undefined).map(({ id }) => id);
  const read = new Map((unread.length === 0 ? [] : await payloadsOf(db, unread)).map((one) => [one.id, one.payload]));
  for (const { id, name, payload = read.get(id) ?? null } of sensitive) {
    const schema = schemas.get(name);
    masks.set(id, maskOf(new ValueMask([...secrets, ...sensitiveValues(schema, payload as Json)]), schema));
  }
  return (id) => (id === null ? undefined : masks.get(id)) ?? plain;
}

/**
 * Without what a filter by correlation key found although its readers see the key masked: that it was found would confirm it. A page may so
 * be shorter than its limit.
 */
export async function withoutMaskedKeys<T extends { readonly correlationKey: string | null }>(
  db: TenantDb,
  redaction: Redaction,
  { correlationKey }: { readonly correlationKey?: string | undefined },
  found: readonly T[],
  eventOf: (one: T) => MaskedEvent,
): Promise<readonly T[]> {
  if (correlationKey === undefined || found.length === 0) return found;
  const maskOfEvent = await maskEvents(db, redaction, found.map(eventOf));
  return found.filter((one) => maskOfEvent(eventOf(one).id).text(correlationKey) === correlationKey);
}

function maskOf(values: ValueMask, schema: Json | undefined): EventMask {
  return {
    payload: (payload) => values.value(schema === undefined ? payload : maskBySchema(schema, payload)),
    value: (value) => values.value(value),
    text: (text) => values.text(text),
    at: (path, value) => values.value(schema === undefined ? value : maskedAt(schema, path, value)),
  };
}

function maskedAt(schema: Json, path: string, value: Json): Json {
  const keys = keysInPayload(path);
  return keys === undefined ? value : maskUnder((payload) => maskBySchema(schema, payload), keys, value);
}

/** @returns undefined: beside the payload, of which alone its type speaks */
function keysInPayload(path: string): readonly string[] | undefined {
  if (path.startsWith("/")) return pointerKeys(path);
  const [first, ...rest] = path.split(".");
  if (first === "payload") return rest;
  if (first !== "event") return path.split(".");
  return rest[0] === "payload" ? rest.slice(1) : undefined;
}
