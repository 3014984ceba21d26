import { issueOf } from "@mainspring/api";
import type { DeliveryReply, InboxEvent, NewEvent, Receipt } from "@mainspring/api";
import { canonicalHash, jsonBytes, MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { acceptEvent, deliveriesOf, getEvent, getRun, listEvents } from "@mainspring/store";
import type { DeliveryRow, InboxRow, TenantDb } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

/** Of one event's payload, as canonical JSON. */
const payloadMaxBytes = 256 * 1024;

export function eventHandlers({ store, correlationPaths, resolveCorrelationKey }: Services): Handlers<"events"> {
  /** Stores the events of one request, all or none. */
  async function acceptAll(db: TenantDb, events: readonly NewEvent[]): Promise<Receipt[]> {
    const isSingle = events.length === 1;
    for (const [i, event] of events.entries()) refuseTooLarge(event, isSingle ? "" : `/${i}`);
    await refuseUnknownRuns(db, events);
    const receipts: Receipt[] = [];
    for (const position of lockingOrder(events)) {
      const event = events[position] as NewEvent;
      const explicit = event.correlationKey === undefined ? undefined : String(event.correlationKey);
      const correlation = resolveCorrelationKey(
        { name: event.name, payload: event.payload, ...(explicit === undefined ? {} : { correlationKey: explicit }) },
        correlationPaths,
      );
      const accepted = await acceptEvent(db, {
        source: event.source,
        eventId: event.id,
        name: event.name,
        payload: event.payload,
        bodyHash: bodyHashOf({ ...event, correlationKey: explicit }),
        position,
        ...(event.userId === undefined ? {} : { userId: event.userId }),
        ...(event.runId === undefined ? {} : { runId: event.runId }),
        ...(correlation === undefined ? {} : { correlationKey: correlation.key, correlationHow: correlation.how }),
      });
      if (accepted.result === "conflict") {
        const pointer = isSingle ? "/id" : `/${position}/id`;
        const message = `event ${event.id} of source ${event.source} was accepted before with another content`;
        throw new MainspringError(
          "EVENT_CONFLICT",
          { eventId: accepted.id, issues: [issueOf("EVENT_CONFLICT", pointer, message)] },
          message,
        );
      }
      receipts[position] = { eventId: accepted.id, duplicate: accepted.result === "duplicate" };
    }
    return receipts;
  }

  return {
    async accept({ body, caller }) {
      const events = Array.isArray(body) ? body : [body];
      const receipts = await store.tenant(caller.tenantId, (db) => acceptAll(db, events));
      const [first] = receipts;
      return { status: 202, body: Array.isArray(body) || first === undefined ? receipts : first };
    },
    async list({ query: { source, id, name, cursor, limit }, caller }) {
      const { items, nextCursor } = await store.tenant(caller.tenantId, (db) =>
        listEvents(db, { source, eventId: id, name }, { cursor, limit }),
      );
      return { status: 200, body: { items: items.map(presentEvent), nextCursor } };
    },
    async get({ params, caller }) {
      const event = await store.tenant(caller.tenantId, (db) => getEvent(db, params.id));
      if (event === undefined) throw new MainspringError("EVENT_NOT_FOUND");
      return { status: 200, body: presentEvent(event) };
    },
    async deliveries({ params, caller }) {
      const found = await store.tenant(caller.tenantId, async (db) =>
        (await getEvent(db, params.id)) === undefined ? undefined : deliveriesOf(db, params.id),
      );
      if (found === undefined) throw new MainspringError("EVENT_NOT_FOUND");
      return { status: 200, body: { items: found.map(presentDelivery), nextCursor: null } };
    },
  };
}

/** Positions in the order of the events' ids: two requests with the same events then wait for each other, and not in a circle. */
function lockingOrder(events: readonly NewEvent[]): number[] {
  const keys = events.map((event) => JSON.stringify([event.source, event.id]));
  return [...keys.keys()].sort((a, b) =>
    (keys[a] as string) < (keys[b] as string) ? -1 : keys[a] === keys[b] ? a - b : 1,
  );
}

function refuseTooLarge(event: NewEvent, at: string): void {
  const bytes = jsonBytes(event.payload);
  if (bytes <= payloadMaxBytes) return;
  const message = `the payload has ${bytes} bytes of JSON, more than ${payloadMaxBytes}`;
  throw new MainspringError(
    "PAYLOAD_TOO_LARGE",
    { issues: [issueOf("PAYLOAD_TOO_LARGE", `${at}/payload`, message)] },
    message,
  );
}

async function refuseUnknownRuns(db: TenantDb, events: readonly NewEvent[]): Promise<void> {
  for (const runId of new Set(events.flatMap((event) => event.runId ?? []))) {
    if ((await getRun(db, runId)) === undefined)
      throw new MainspringError("RUN_NOT_FOUND", {}, `the event is for run ${runId}, which your tenant does not have`);
  }
}

/** What makes two events with one id the same, whoever brought them. */
function bodyHashOf(event: { readonly [name: string]: unknown }): string {
  const { name, payload, userId, correlationKey, runId } = event;
  return canonicalHash({ name, payload, userId, correlationKey, runId });
}

function presentEvent(row: InboxRow): InboxEvent {
  return {
    eventId: row.id,
    id: row.eventId,
    source: row.source,
    name: row.name,
    payload: row.payload as Json,
    userId: row.userId,
    runId: row.runId,
    correlationKey: row.correlationKey,
    correlationHow: row.correlationHow,
    status: row.state,
    attempts: row.attempts,
    error: (row.error ?? null) as Json,
    receivedAt: row.acceptedAt,
    processedAt: row.completedAt,
  };
}

function presentDelivery(row: DeliveryRow): DeliveryReply {
  return {
    id: row.id,
    runId: row.runId,
    status: row.state,
    attempts: row.attempts,
    reason: row.reason,
    error: (row.error ?? null) as Json,
    waitId: row.waitId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
