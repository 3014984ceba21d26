import { setTimeout as pause } from "node:timers/promises";
import {
  eventSignal,
  humanTaskSignal,
  taskCompletedEvent,
  workflowIdOf,
  type InboundEvent,
  type Json,
} from "@mainspring/core";
import {
  claimEvents,
  claimFailed,
  deliveryDone,
  eventDone,
  getEvent,
  getTask,
  lockDelivery,
  markTriggersDecided,
  onceFor,
  recordDecision,
  triggersFor,
  type Dispatcher,
  type InboxRow,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import { referenceOf } from "../activities/large-values.ts";
import { oneWriteAtATime } from "../one-write-at-a-time.ts";
import { sideBySide } from "../side-by-side.ts";
import { isAway, isNotFound, messageOf } from "../temporal/grpc.ts";
import { Crossing } from "../wire/crossing.ts";
import type { TaskAnswer } from "../workflow/task-answer.ts";
import { fireTriggers } from "./fire-triggers.ts";
import { interestsIn, type Interest } from "./interests.ts";

export const eventTriesMax = 10;
export const deliveryTriesMax = 20;
const eventsPerRound = 100;
const deliveriesPerRound = 50;
/** So many events of one tenant are having their signals sent and their runs started at once. */
const actsAtOnce = 32;
const lockedPauseMs = 20;
const retryMaxMs = 60_000;
const awayRetryMaxMs = 5_000;
const signalWithinMs = 5_000;

export interface IngestionParts {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly client: Client;
  readonly log: Log;
  /** Names this ingestion worker: host, process, random part, number. */
  readonly worker: string;
  /** How long its claim on an event lasts. Events that a killed worker had claimed are free for others after this time. */
  readonly claimMs: number;
  /** Of the runs that triggers start. */
  readonly workflowTaskTimeoutMs?: number;
  /** Left out: nobody counts. */
  readonly counts?: IngestionCounts;
}

/** Counts what came of events and signals, for metrics. */
export interface IngestionCounts {
  eventRouted(event: {
    readonly outcome: "completed" | "failed" | "dead";
    readonly tookMs: number;
    /** Since its acceptance. */
    readonly ageMs: number;
  }): void;
  delivered(outcome: "delivered" | "ignored" | "failed"): void;
}

/** One round: routes the events that are due, of all tenants. @returns how many this worker had, whatever came of them */
export async function routeOnce(parts: IngestionParts): Promise<number> {
  let waiting = await parts.dispatcher.dueEvents(eventsPerRound);
  let routed = 0;
  let hasPaused = false;
  // Events of one name and key go one after the other, so what stood behind another is asked for again as long as something moves.
  while (waiting.length > 0) {
    const batches = [...Map.groupBy(waiting, ({ tenantId }) => tenantId)];
    const settled = await Promise.allSettled(
      batches.map(([tenantId, due]) =>
        routeBatch(
          parts,
          tenantId,
          due.map(({ id }) => id),
        ),
      ),
    );
    const done = new Set(settled.flatMap((batch) => (batch.status === "fulfilled" ? batch.value : [])));
    // A tenant whose batch fails holds up no other. Where every batch fails and nothing was done, the round has failed.
    for (const [n, batch] of settled.entries()) {
      if (batch.status === "fulfilled") continue;
      if (routed + done.size === 0 && settled.every(({ status }) => status === "rejected")) throw batch.reason;
      const tenantId = batches[n]?.[0];
      parts.log.warn({ tenantId, error: messageOf(batch.reason) }, "A tenant's events could not be routed");
      waiting = waiting.filter((one) => one.tenantId !== tenantId);
    }
    if (done.size === 0) {
      if (hasPaused || routed > 0) break;
      // Mostly they are locked by a wait that is just looking back, or stand behind an event that another worker has.
      hasPaused = true;
      await pause(lockedPauseMs);
    }
    routed += done.size;
    waiting = waiting.filter(({ id }) => !done.has(id));
  }
  return routed;
}

/**
 * Routes some events of one tenant. They share the transactions in which they are read and written; signals and starts are made for each by
 * itself, so that one event holds up no other, and one that fails is tried again alone.
 * @returns ids of the events that this worker could claim
 */
async function routeBatch(parts: IngestionParts, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const { store } = parts;
  const { events, found } = await claimAndLook(parts, tenantId, ids);
  const write = oneWriteAtATime<(db: TenantDb) => Promise<void>>((writes) =>
    store.tenant(tenantId, async (db) => void (await Promise.all(writes.map((one) => one(db))))),
  );
  await sideBySide(events, actsAtOnce, async (event) => {
    const interest = found.get(event.id);
    if (interest === undefined) return;
    try {
      await routeEvent(parts, tenantId, event, interest, write);
    } catch (error) {
      await failed(parts, tenantId, event, messageOf(error));
    }
  });
  return events.map(({ id }) => id);
}

interface Claimed {
  readonly events: readonly InboxRow[];
  readonly found: ReadonlyMap<string, Interest>;
}

/** Claims all of them in one transaction. Where that fails, claims each alone: the event that is to blame then counts it as a failed try. */
async function claimAndLook(parts: IngestionParts, tenantId: string, ids: readonly string[]): Promise<Claimed> {
  const { store, worker, claimMs } = parts;
  const claim = (some: readonly string[]): Promise<Claimed> =>
    store.tenant(tenantId, async (db) => {
      const events = await claimEvents(db, some, { worker, claimMs });
      return { events, found: await interestsIn(db, events) };
    });
  try {
    return await claim(ids);
  } catch {
    const claimed: Claimed[] = [];
    for (const id of ids)
      await claim([id]).then(
        (alone) => claimed.push(alone),
        (error: unknown) => unclaimed(parts, tenantId, id, messageOf(error)),
      );
    return {
      events: claimed.flatMap(({ events }) => events),
      found: new Map(claimed.flatMap(({ found }) => [...found])),
    };
  }
}

async function unclaimed(parts: IngestionParts, tenantId: string, id: string, reason: string): Promise<void> {
  const { store, worker, counts, log } = parts;
  const failed = await store.tenant(tenantId, (db) =>
    claimFailed(db, id, {
      worker,
      error: { code: "ROUTING_FAILED", message: reason },
      triesMax: eventTriesMax,
      nextAt: (attempts) => new Date(Date.now() + backoffMs(attempts)),
    }),
  );
  if (failed === undefined) return;
  counts?.eventRouted({ outcome: failed.outcome, tookMs: 0, ageMs: 0 });
  log.warn({ worker, tenantId, eventId: id, ...failed, error: reason }, "An event could not be claimed");
}

/**
 * One event: a signal to each run that waits for its name and key, which decides whether it takes it, and a start for each trigger that listens
 * and lets it pass. One failed signal or start does not hold up the others, and is tried again alone.
 */
async function routeEvent(
  parts: IngestionParts,
  tenantId: string,
  event: InboxRow,
  found: Interest,
  write: (work: (db: TenantDb) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { worker } = parts;
  const { id } = event;
  const [told, fired] = await Promise.all([
    Promise.all(found.runs.map((runId) => deliver(parts, tenantId, event, found.key, { runId, attempts: 0 }))),
    fireTriggers(parts, tenantId, event, found.triggers),
  ]);
  const hasFailed = fired.failures.length > 0;
  await write(async (db) => {
    await Promise.all(told.map((delivery) => deliveryDone(db, delivery)));
    if (hasFailed) return;
    if (!found.areDecided) await markTriggersDecided(db, id);
    const error = found.key === "" ? { error: correlationMissing } : {};
    await eventDone(db, id, { worker, status: "completed", ...error });
  });
  if (hasFailed) throw new Error(fired.failures.join("; "));
  counted(parts, event, "completed");
  const failedSignals = told.filter(({ state }) => state === "failed").length;
  parts.log.info(
    {
      worker,
      tenantId,
      eventId: id,
      producerId: event.eventId,
      name: event.name,
      outcome: "completed",
      runs: found.runs,
      failed: failedSignals,
      started: fired.runIds,
    },
    "routed an event",
  );
}

async function failed(parts: IngestionParts, tenantId: string, event: InboxRow, reason: string): Promise<void> {
  const { worker } = parts;
  const outcome = await parts.store.tenant(tenantId, (db) => giveBack(db, worker, event, reason));
  counted(parts, event, outcome);
  const { id: eventId, eventId: producerId, name, attempts } = event;
  parts.log.warn(
    { worker, tenantId, eventId, producerId, name, outcome, attempts, error: reason },
    "An event could not be routed",
  );
}

function counted({ counts }: IngestionParts, event: InboxRow, outcome: "completed" | "failed" | "dead"): void {
  const now = Date.now();
  const tookMs = event.claimedAt === null ? 0 : Math.max(now - Date.parse(event.claimedAt), 0);
  counts?.eventRouted({ outcome, tookMs, ageMs: Math.max(now - Date.parse(event.acceptedAt), 0) });
}

const correlationMissing = {
  code: "CORRELATION_MISSING",
  message: "No correlation key could be derived: no wait was looked up",
};

/** Tries again the signals that failed, each alone. @returns how many were tried */
export async function deliverOnce(parts: IngestionParts): Promise<number> {
  const due = await parts.dispatcher.dueDeliveries(deliveriesPerRound);
  const done = await Promise.all(
    due.map(({ tenantId, id }) =>
      deliverAgain(parts, tenantId, id).catch((error: unknown) => undeliverable(parts, tenantId, id, error)),
    ),
  );
  return done.filter(Boolean).length;
}

/** @returns false when it is not due any more, or somebody else is at it */
async function deliverAgain(parts: IngestionParts, tenantId: string, id: string): Promise<boolean> {
  return parts.store.tenant(tenantId, async (db) => {
    const delivery = await lockDelivery(db, id);
    const event = delivery === undefined ? undefined : await getEvent(db, delivery.eventId);
    if (delivery === undefined || event === undefined || event.correlationKey === null) return false;
    await deliveryDone(db, await deliver(parts, tenantId, event, event.correlationKey, delivery, db));
    return true;
  });
}

/** Not even the signal could be made, as where the event's payload is missing from `blobs`: that counts as a try, and holds up no other. */
async function undeliverable(parts: IngestionParts, tenantId: string, id: string, error: unknown): Promise<boolean> {
  return parts.store.tenant(tenantId, async (db) => {
    const delivery = await lockDelivery(db, id);
    if (delivery === undefined) return false;
    await deliveryDone(db, notTold(parts, tenantId, delivery, error));
    parts.counts?.delivered("failed");
    return true;
  });
}

/** What came of one signal, to be written to its delivery. */
interface Told {
  readonly eventId: string;
  readonly runId: string;
  readonly state: "delivered" | "ignored" | "failed";
  readonly reason?: string;
  readonly nextAt?: Date;
}

/**
 * Sends an event to one run as a signal. It does not throw for a signal that fails: that is its result.
 * @param held the transaction that has the delivery locked, where one does
 */
async function deliver(
  parts: IngestionParts,
  tenantId: string,
  event: InboxRow,
  key: string,
  { runId, attempts }: { readonly runId: string; readonly attempts: number },
  held?: TenantDb,
): Promise<Told> {
  const { store, client } = parts;
  const about = { eventId: event.id, runId };
  let told: Told;
  try {
    const read = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> =>
      held === undefined ? store.tenant(tenantId, work) : work(held);
    const answer = event.name === taskCompletedEvent ? await read((db) => answerIn(db, event, key, runId)) : undefined;
    const [signal, value] = answer === undefined ? [eventSignal, inboundOf(event, key)] : [humanTaskSignal, answer];
    await client.withDeadline(Date.now() + signalWithinMs, () =>
      client.workflow.getHandle(workflowIdOf(runId)).signal(signal, new Crossing(tenantId, value)),
    );
    told = { ...about, state: "delivered" };
  } catch (error) {
    told = isNotFound(error)
      ? { ...about, state: "ignored", reason: "the run has ended" }
      : notTold(parts, tenantId, { ...about, attempts }, error);
  }
  parts.counts?.delivered(told.state);
  return told;
}

/** A failed signal: when it is tried again, or that it is given up. */
function notTold(
  { worker, log }: IngestionParts,
  tenantId: string,
  { eventId, runId, attempts }: { readonly eventId: string; readonly runId: string; readonly attempts: number },
  error: unknown,
): Told {
  const reason = messageOf(error);
  // While Temporal is away nothing is given up: what was accepted is applied soon after it is back.
  const afterMs = isAway(error) ? Math.min(backoffMs(attempts), awayRetryMaxMs) : backoffMs(attempts);
  const isLast = !isAway(error) && attempts + 1 >= deliveryTriesMax;
  log.warn(
    { worker, tenantId, eventId, runId, attempts: attempts + 1, error: reason },
    "A run could not be told of an event",
  );
  return { eventId, runId, state: "failed", reason, ...(isLast ? {} : { nextAt: new Date(Date.now() + afterMs) }) };
}

function inboundOf(event: InboxRow, correlationKey: string): InboundEvent {
  const { id, name, source, payload, acceptedAt } = event;
  return { id, name, source, payload: payload as Json, correlationKey, receivedAt: acceptedAt, inbox: true };
}

/** An event whose key is a task of the run is an answer to it, and never an administrator's; undefined: it is none. */
async function answerIn(db: TenantDb, event: InboxRow, key: string, runId: string): Promise<TaskAnswer | undefined> {
  const task = await getTask(db, key);
  if (task?.runId !== runId) return undefined;
  const answer = event.payload as Json;
  const reference = await referenceOf(db, answer);
  const by = event.userId ?? `event:${event.source}`;
  return { taskId: task.id, answer, by, submissionId: event.id, ...(reference === undefined ? {} : { reference }) };
}

/** After a failed try: makes the event due again later, or gives it up as `dead` and says so in decisions. */
async function giveBack(db: TenantDb, worker: string, event: InboxRow, reason: string): Promise<"failed" | "dead"> {
  const error = { code: "ROUTING_FAILED", message: reason };
  if (event.attempts < eventTriesMax) {
    const nextAt = new Date(Date.now() + backoffMs(event.attempts));
    await eventDone(db, event.id, { worker, status: "failed", error, nextAt });
    return "failed";
  }
  if (!(await eventDone(db, event.id, { worker, status: "dead", error }))) return "failed";
  const values = { attempts: event.attempts, error };
  const undecided = (await triggersFor(db, event)).triggers.filter(({ isDecided }) => !isDecided);
  if (undecided.length === 0)
    await recordDecision(db, { outcome: "dead-lettered", onceKey: onceFor.dead(event.id), eventId: event.id, values });
  // Told of each trigger that was not heard, under a key of its own: when the event is redelivered it is asked.
  for (const { workflowId, workflowKey, version, triggerId } of undecided)
    await recordDecision(db, {
      outcome: "dead-lettered",
      onceKey: `${onceFor.dead(event.id)}:${workflowId}:${triggerId}`,
      eventId: event.id,
      workflowId,
      workflowKey,
      version,
      triggerId,
      values,
    });
  return "dead";
}

function backoffMs(attempts: number): number {
  return Math.min(retryMaxMs, 500 * 2 ** Math.min(attempts, 10));
}
