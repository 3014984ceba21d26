import { eventSignal, workflowIdOf, type InboundEvent } from "@mainspring/core";
import { claimEvent, deliveryDone, eventDone, offerDelivery, waitingRuns, type Dispatcher, type InboxRow, type Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import { Crossing } from "../wire/crossing.ts";

/** A worker's claim on an event; without it, it does nothing. */
export const eventClaimMs = 60_000;
export const eventTriesMax = 10;
const eventsPerRound = 50;
const retryMaxMs = 60_000;
const signalWithinMs = 5_000;

export interface IngestionParts {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly client: Client;
  readonly log: Log;
  /** Of this ingestion worker: host, process, random part. */
  readonly worker: string;
}

/** Routes the events that are due. @returns how many were processed */
export async function routeOnce(parts: IngestionParts): Promise<number> {
  const due = await parts.dispatcher.dueEvents(eventsPerRound);
  const done = await Promise.all(due.map(({ tenantId, id }) => routeEvent(parts, tenantId, id)));
  return done.filter(Boolean).length;
}

/**
 * One event: a signal to each run that waits for its name and key; the run decides whether it takes it. One failed signal does not hold up
 * the others, and is tried again alone.
 */
async function routeEvent(parts: IngestionParts, tenantId: string, id: string): Promise<boolean> {
  const { store, worker } = parts;
  const event = await store.tenant(tenantId, (db) => claimEvent(db, id, { worker, claimMs: eventClaimMs }));
  if (event === undefined) return false;
  try {
    if (event.correlationKey === null || event.correlationKey === undefined) {
      await store.tenant(tenantId, (db) => eventDone(db, id, { worker, status: "completed", error: { code: "CORRELATION_MISSING", message: "No correlation key could be derived: no wait was looked up" } }));
      return true;
    }
    const key = event.correlationKey;
    const runs = await store.tenant(tenantId, (db) => waitingRuns(db, { name: event.name, key, ...(event.runId ? { runId: event.runId } : {}) }));
    const failures = (await Promise.all(runs.map(({ runId }) => deliver(parts, tenantId, event, key, runId)))).filter((failure) => failure !== undefined);
    await store.tenant(tenantId, (db) => eventDone(db, id, failures.length === 0 ? { worker, status: "completed" } : { worker, ...again(event, failures.join("; ")) }));
    parts.log.info({ worker, tenantId, eventId: id, name: event.name, runs: runs.length, failed: failures.length }, "routed an event");
    return true;
  } catch (error) {
    parts.log.warn({ worker, tenantId, eventId: id, error: messageOf(error) }, "An event could not be routed");
    await store.tenant(tenantId, (db) => eventDone(db, id, { worker, ...again(event, messageOf(error)) }));
    return true;
  }
}

/** @returns why it failed, if it is to be tried again */
async function deliver(parts: IngestionParts, tenantId: string, event: InboxRow, key: string, runId: string): Promise<string | undefined> {
  const { store, client } = parts;
  const offered = await store.tenant(tenantId, (db) => offerDelivery(db, { eventId: event.id, runId }));
  if (offered === "done") return undefined;
  const inbound: InboundEvent = { id: event.id, name: event.name, source: event.source, payload: event.payload, correlationKey: key, receivedAt: event.receivedAt, inbox: true };
  try {
    await client.withDeadline(Date.now() + signalWithinMs, () => client.workflow.getHandle(workflowIdOf(runId)).signal(eventSignal, new Crossing(tenantId, inbound)));
    await store.tenant(tenantId, (db) => deliveryDone(db, { eventId: event.id, runId, state: "delivered" }));
    return undefined;
  } catch (error) {
    if (isNotFound(error)) {
      await store.tenant(tenantId, (db) => deliveryDone(db, { eventId: event.id, runId, state: "ignored", reason: "the run has ended" }));
      return undefined;
    }
    await store.tenant(tenantId, (db) => deliveryDone(db, { eventId: event.id, runId, state: "failed", reason: messageOf(error) }));
    return `${runId}: ${messageOf(error)}`;
  }
}

function again(event: InboxRow, reason: string) {
  const error = { code: "DELIVERY_FAILED", message: reason };
  if (event.attempts >= eventTriesMax) return { status: "dead" as const, error };
  return { status: "failed" as const, error, nextAt: new Date(Date.now() + Math.min(retryMaxMs, 500 * 2 ** event.attempts)) };
}
