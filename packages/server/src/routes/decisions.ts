import { listDecisions } from "@mainspring/store";
import { instantFromMs } from "@mainspring/core";
import type { Handlers } from "../http/handler.ts";
import { presentDecision } from "../present/decision.ts";
import { maskEvents } from "../present/event-redaction.ts";
import type { Services } from "../services.ts";

export function decisionHandlers({ store, redaction }: Services): Handlers<"decisions"> {
  return {
    async list({ query: { cursor, limit, ...filter }, caller }) {
      const now = instantFromMs(Date.now());
      const reply = await store.tenant(caller.tenantId, async (db) => {
        const { items, nextCursor } = await listDecisions(db, filter, { cursor, limit });
        const about = items.flatMap(({ eventId, event }) =>
          eventId === null || event === null ? [] : [{ id: eventId, name: event.name }],
        );
        const maskOf = await maskEvents(db, redaction, about);
        return { items: items.map((row) => presentDecision(row, maskOf(row.eventId), now)), nextCursor };
      });
      return { status: 200, body: reply };
    },
  };
}
