import {
  eventSignal,
  humanTaskSignal,
  taskCompletedEvent,
  workflowIdOf,
  type InboundEvent,
  type Json,
} from "@mainspring/core";
import {
  claimEvent,
  deliveriesOf,
  deliveryDone,
  eventDone,
  getEvent,
  getTask,
  lockDelivery,
  markTriggersDecided,
  offerDelivery,
  onceFor,
  recordDecision,
  triggersFor,
  waitingRuns,
  type Dispatcher,
  type InboxRow,
  type ListeningTrigger,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Log } from "../activities/dependencies.ts";
import { referenceOf } from "../activities/large-values.ts";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import { Crossing } from "../wire/crossing.ts";
import type { TaskAnswer } from "../workflow/task-answer.ts";
import { fireTriggers } from "./fire-triggers.ts";

export const eventTriesMax = 10;
export const deliveryTriesMax = 20;
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
  /** How long its claim on an event lasts; without it, it does nothing. What a killed worker had claimed waits for so long. */
  readonly claimMs: number;
  /** Of the runs that triggers start. */
  readonly workflowTaskTimeoutMs?: number;
}

/** Routes the events that are due. @returns how many were processed */
export async function routeOnce(parts: IngestionParts): Promise<number> {
  let waiting = await parts.dispatcher.dueEvents(eventsPerRound);
  let routed = 0;
  // Events of one name and key go one after the other, so what stood behind another is asked for again as long as something moves.
  while (waiting.length > 0) {
    const done = await Promise.all(waiting.map(({ tenantId, id }) => routeEvent(parts, tenantId, id)));
    const moved = done.filter(Boolean).length;
    if (moved === 0) break;
    routed += moved;
    waiting = waiting.filter((_, i) => done[i] !== true);
  }
  return routed;
}

/**
 * One event: a signal to each run that waits for its name and key, which decides whether it takes it, and a start for each trigger that listens
 * and lets it pass. One failed signal or start does not hold up the others, and is tried again alone.
 */
async function routeEvent(parts: IngestionParts, tenantId: string, id: string): Promise<boolean> {
  const { store, worker, claimMs } = parts;
  const event = await store.tenant(tenantId, (db) => claimEvent(db, id, { worker, claimMs }));
  if (event === undefined) return false;
  try {
    const found = await store.tenant(tenantId, (db) => interestIn(db, event));
    const results = await Promise.all(
      found.runs.map((runId) => deliver(parts, tenantId, event, found.key, { runId, attempts: 0 })),
    );
    const fired = await fireTriggers(parts, tenantId, event, found.triggers);
    if (fired.failures.length > 0) throw new Error(fired.failures.join("; "));
    await store.tenant(tenantId, async (db) => {
      if (!found.areDecided) await markTriggersDecided(db, id);
      await eventDone(db, id, {
        worker,
        status: "completed",
        ...(found.key === "" ? { error: correlationMissing } : {}),
      });
    });
    const failed = results.filter((result) => result === "failed").length;
    parts.log.info(
      {
        worker,
        tenantId,
        eventId: id,
        name: event.name,
        runs: found.runs.length,
        failed,
        started: fired.runIds.length,
      },
      "routed an event",
    );
    return true;
  } catch (error) {
    parts.log.warn({ worker, tenantId, eventId: id, error: messageOf(error) }, "An event could not be routed");
    await store.tenant(tenantId, (db) => giveBack(db, worker, event, messageOf(error)));
    return true;
  }
}

const correlationMissing = {
  code: "CORRELATION_MISSING",
  message: "No correlation key could be derived: no wait was looked up",
};

interface Interest {
  /** "": none could be derived. */
  readonly key: string;
  /** They are told of it now. */
  readonly runs: readonly string[];
  readonly triggers: readonly ListeningTrigger[];
  readonly areDecided: boolean;
}

/** Who is concerned by an event; that nobody is, is written down at once. */
async function interestIn(db: TenantDb, event: InboxRow): Promise<Interest> {
  const key = event.correlationKey ?? "";
  const { areDecided, triggers } = await triggersFor(db, event);
  const runs: string[] = [];
  let isWaitedFor = false;
  if (key !== "") {
    const waiting = await waitingRuns(db, {
      name: event.name,
      key,
      eventId: event.id,
      ...(event.runId === null ? {} : { runId: event.runId }),
    });
    isWaitedFor = waiting.length > 0;
    // A run that has a delivery was told, or will be: by its own look-back, or by the retry of the delivery.
    for (const { runId } of waiting)
      if ((await offerDelivery(db, { eventId: event.id, runId })) === "new") runs.push(runId);
  }
  const isUnmatched = !areDecided && triggers.length === 0 && !isWaitedFor;
  if (isUnmatched && (await deliveriesOf(db, event.id)).length === 0)
    await recordDecision(db, {
      outcome: "no-trigger",
      onceKey: onceFor.event(event.id),
      eventId: event.id,
      values: {
        name: event.name,
        correlationKey: event.correlationKey,
        ...(event.runId === null ? {} : { runId: event.runId }),
      },
    });
  return { key, runs, triggers, areDecided };
}

/** Tries again the signals that failed, each alone. @returns how many were tried */
export async function deliverOnce(parts: IngestionParts): Promise<number> {
  const due = await parts.dispatcher.dueDeliveries(eventsPerRound);
  const done = await Promise.all(
    due.map(({ tenantId, id }) =>
      parts.store.tenant(tenantId, async (db) => {
        const delivery = await lockDelivery(db, id);
        const event = delivery === undefined ? undefined : await getEvent(db, delivery.eventId);
        if (delivery === undefined || event === undefined || event.correlationKey === null) return false;
        await deliver(parts, tenantId, event, event.correlationKey, delivery, db);
        return true;
      }),
    ),
  );
  return done.filter(Boolean).length;
}

/** The signal to one run, and what became of it. @param held a transaction that has the delivery locked */
async function deliver(
  parts: IngestionParts,
  tenantId: string,
  event: InboxRow,
  key: string,
  { runId, attempts }: { readonly runId: string; readonly attempts: number },
  held?: TenantDb,
): Promise<"delivered" | "ignored" | "failed"> {
  const { store, client } = parts;
  const done = (outcome: {
    readonly state: "delivered" | "ignored" | "failed";
    readonly reason?: string;
    readonly nextAt?: Date;
  }): Promise<void> => {
    const write = (db: TenantDb): Promise<void> => deliveryDone(db, { eventId: event.id, runId, ...outcome });
    return held === undefined ? store.tenant(tenantId, write) : write(held);
  };
  try {
    const read = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> =>
      held === undefined ? store.tenant(tenantId, work) : work(held);
    const answer = event.name === taskCompletedEvent ? await read((db) => answerIn(db, event, key, runId)) : undefined;
    const [signal, value] = answer === undefined ? [eventSignal, inboundOf(event, key)] : [humanTaskSignal, answer];
    await client.withDeadline(Date.now() + signalWithinMs, () =>
      client.workflow.getHandle(workflowIdOf(runId)).signal(signal, new Crossing(tenantId, value)),
    );
    await done({ state: "delivered" });
    return "delivered";
  } catch (error) {
    if (isNotFound(error)) {
      await done({ state: "ignored", reason: "the run has ended" });
      return "ignored";
    }
    const nextAt = attempts + 1 >= deliveryTriesMax ? undefined : new Date(Date.now() + backoffMs(attempts));
    await done({ state: "failed", reason: messageOf(error), ...(nextAt === undefined ? {} : { nextAt }) });
    return "failed";
  }
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

/** After a failure: it is tried again later, or was the last try. */
async function giveBack(db: TenantDb, worker: string, event: InboxRow, reason: string): Promise<void> {
  const error = { code: "ROUTING_FAILED", message: reason };
  if (event.attempts < eventTriesMax) {
    const nextAt = new Date(Date.now() + backoffMs(event.attempts));
    await eventDone(db, event.id, { worker, status: "failed", error, nextAt });
    return;
  }
  if (!(await eventDone(db, event.id, { worker, status: "dead", error }))) return;
  await recordDecision(db, {
    outcome: "dead-lettered",
    onceKey: onceFor.dead(event.id),
    eventId: event.id,
    values: { attempts: event.attempts, error },
  });
}

function backoffMs(attempts: number): number {
  return Math.min(retryMaxMs, 500 * 2 ** Math.min(attempts, 10));
}
