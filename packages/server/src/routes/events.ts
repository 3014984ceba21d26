import type { DeliveryReply, InboxEvent, NewEvent, Receipt } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { deliveriesOf, getEvent, listEvents } from "@mainspring/store";
import type { DeliveryRow, InboxRow } from "@mainspring/store";
import type { TenantCaller } from "../http/access.ts";
import type { Handlers } from "../http/handler.ts";
import type { AcceptanceProblem, InboundMessage } from "../ports.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function eventHandlers({ store, acceptance }: Services): Handlers<"events"> {
  /** Stores the events of one request, all or none. */
  async function acceptAll(caller: TenantCaller, events: readonly NewEvent[]): Promise<readonly Receipt[]> {
    try {
      return await store.tenant(caller.tenantId, async (db) => {
        const accepted = await acceptance.acceptTogether(db, events.map(messageOf));
        if ("receipts" in accepted) return accepted.receipts;
        throw new RefusedEvent(accepted.problem, accepted.position);
      });
    } catch (error) {
      if (!(error instanceof RefusedEvent)) throw error;
      const { problem, position } = error;
      if (problem.code === "EVENT_CONFLICT")
        await store.tenant(caller.tenantId, (db) => acceptance.noteConflict(db, problem, actorOf(caller)));
      const at = events.length === 1 ? "" : `/${position}`;
      const issues = problem.issues.map((issue) => ({ ...issue, pointer: `${at}${issue.pointer}` }));
      const details = problem.eventId === undefined ? {} : { eventId: problem.eventId };
      throw new MainspringError(problem.code, { ...details, issues }, problem.message);
    }
  }

  return {
    async accept({ body, caller }) {
      const events = Array.isArray(body) ? body : [body];
      const receipts = [...(await acceptAll(caller, events))];
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

/** Why a request's events are not stored; it rolls back those before it. */
class RefusedEvent extends Error {
  readonly problem: AcceptanceProblem;
  readonly position: number;

  constructor(problem: AcceptanceProblem, position: number) {
    super(problem.message);
    this.problem = problem;
    this.position = position;
  }
}

function messageOf({ source, id, name, payload, correlationKey, runId, userId }: NewEvent): InboundMessage {
  return {
    source,
    id,
    name,
    payload,
    ...(correlationKey === undefined ? {} : { correlationKey }),
    ...(runId === undefined ? {} : { runId }),
    ...(userId === undefined ? {} : { userId }),
  };
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
    adjusted: row.adjusted === null ? null : [...row.adjusted],
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
