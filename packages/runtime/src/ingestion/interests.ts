import {
  deliveriesOf,
  offerDelivery,
  onceFor,
  recordDecision,
  triggersFor,
  waitingRuns,
  type InboxRow,
  type ListeningTrigger,
  type TenantDb,
} from "@mainspring/store";

/** Who is concerned by an event. */
export interface Interest {
  /** "": none could be derived. */
  readonly key: string;
  /** They are told of it now. */
  readonly runs: readonly string[];
  readonly triggers: readonly ListeningTrigger[];
  readonly areDecided: boolean;
}

/** What there is about an event before anything is written of it. */
interface Looked {
  readonly event: InboxRow;
  readonly key: string;
  readonly waiting: readonly string[];
  readonly triggers: readonly ListeningTrigger[];
  readonly areDecided: boolean;
  /** Nobody waits for it, listens to it, or was started or told by it before. */
  readonly isUnmatched: boolean;
}

/**
 * Who is concerned by events, in two round trips, of which the second commits: a lone event's way to its run is as long as its round trips.
 * That nobody is concerned is written down.
 */
export async function interestsIn(db: TenantDb, events: readonly InboxRow[]): Promise<Map<string, Interest>> {
  const looked = await Promise.all(events.map((event) => lookAt(db, event)));
  db.lastRound();
  return new Map(
    await Promise.all(
      looked.map(async ({ event, key, waiting, triggers, areDecided, isUnmatched }) => {
        // A run that has a delivery was told, or will be: by its own look-back, or by the retry of the delivery.
        const [offered] = await Promise.all([
          Promise.all(waiting.map((runId) => offerDelivery(db, { eventId: event.id, runId }))),
          isUnmatched ? noteUnmatched(db, event) : undefined,
        ]);
        const runs = waiting.filter((_, i) => offered[i] === "new");
        return [event.id, { key, runs, triggers, areDecided }] as const;
      }),
    ),
  );
}

async function lookAt(db: TenantDb, event: InboxRow): Promise<Looked> {
  const key = event.correlationKey ?? "";
  const [{ areDecided, hasStarted, triggers }, waiting] = await Promise.all([
    triggersFor(db, event),
    key === ""
      ? []
      : waitingRuns(db, {
          name: event.name,
          key,
          eventId: event.id,
          ...(event.runId === null ? {} : { runId: event.runId }),
        }),
  ]);
  const isNew = !areDecided && !hasStarted && triggers.length === 0 && waiting.length === 0;
  const isUnmatched = isNew && (await deliveriesOf(db, event.id)).length === 0;
  return { event, key, waiting: waiting.map(({ runId }) => runId), triggers, areDecided, isUnmatched };
}

async function noteUnmatched(db: TenantDb, event: InboxRow): Promise<void> {
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
}
