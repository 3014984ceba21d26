import type { NewEvent, Receipt } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import { deliveriesOf, eventCounts, getEvent, listEvents } from "@mainspring/store";
import type { InboxRow, TenantDb } from "@mainspring/store";
import type { TenantCaller } from "../http/access.ts";
import type { Handlers } from "../http/handler.ts";
import type { AcceptanceProblem, InboundMessage } from "../ports.ts";
import {
  decisionsAbout,
  explainInboxRow,
  presentDelivery,
  presentEvent,
  presentTriggerDelivery,
} from "../present/event.ts";
import { maskEvents, withoutMaskedKeys } from "../present/event-redaction.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

export function eventHandlers({ store, acceptance, redaction }: Services): Omit<Handlers<"events">, "redeliver"> {
  /** Stores the events of one request, all or none. */
  async function acceptAll(caller: TenantCaller, body: NewEvent | readonly NewEvent[]): Promise<readonly Receipt[]> {
    const events = Array.isArray(body) ? (body as readonly NewEvent[]) : [body as NewEvent];
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
      const at = Array.isArray(body) ? `/${position}` : "";
      const issues = problem.issues.map((issue) => ({ ...issue, pointer: `${at}${issue.pointer}` }));
      const details = problem.eventId === undefined ? {} : { eventId: problem.eventId };
      throw new MainspringError(problem.code, { ...details, issues }, problem.message);
    }
  }

  return {
    async accept({ body, caller }) {
      const receipts = [...(await acceptAll(caller, body))];
      const [first] = receipts;
      return { status: 202, body: Array.isArray(body) || first === undefined ? receipts : first };
    },
    async list({ query: { id, status, unmatched, cursor, limit, ...rest }, caller }) {
      const reply = await store.tenant(caller.tenantId, async (db) => {
        const filter = { ...rest, eventId: id, states: status, unmatched: unmatched === "true" };
        const { items: found, nextCursor } = await listEvents(db, filter, { cursor, limit });
        const items = await withoutMaskedKeys(db, redaction, rest, found, (row) => row);
        const maskOf = await maskEvents(db, redaction, items);
        const counts = await eventCounts(
          db,
          items.map((row) => row.id),
        );
        return { items: items.map((row) => presentEvent(row, maskOf(row.id), counts.get(row.id))), nextCursor };
      });
      return { status: 200, body: reply };
    },
    async get({ params, caller }) {
      const event = await store.tenant(caller.tenantId, async (db) => {
        const row = await existing(db, params.id);
        const counts = await eventCounts(db, [row.id]);
        return presentEvent(row, (await maskEvents(db, redaction, [row]))(row.id), counts.get(row.id));
      });
      return { status: 200, body: event };
    },
    async why({ params, caller }) {
      const why = await store.tenant(caller.tenantId, async (db) => {
        const row = await existing(db, params.id);
        const mask = (await maskEvents(db, redaction, [row]))(row.id);
        return explainInboxRow(db, row, mask);
      });
      return { status: 200, body: why };
    },
    async deliveries({ params, caller }) {
      const items = await store.tenant(caller.tenantId, async (db) => {
        const row = await existing(db, params.id);
        const mask = (await maskEvents(db, redaction, [row]))(row.id);
        const decisions = await decisionsAbout(db, row.id);
        return [
          ...(await deliveriesOf(db, row.id)).map((delivery) => presentDelivery(delivery, mask)),
          ...decisions.flatMap((decision) => presentTriggerDelivery(decision, mask)),
        ].sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
      });
      return { status: 200, body: { items, nextCursor: null } };
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

async function existing(db: TenantDb, id: string): Promise<InboxRow> {
  const row = await getEvent(db, id, { toShow: true });
  if (row === undefined) throw new MainspringError("EVENT_NOT_FOUND");
  return row;
}
