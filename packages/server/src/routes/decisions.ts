import { listDecisions } from "@mainspring/store";
import type { DecisionRow } from "@mainspring/store";
import { instantFromMs } from "@mainspring/core";
import type { Handlers } from "../http/handler.ts";
import { presentDecision } from "../present/decision.ts";
import { maskEvents } from "../present/event-redaction.ts";
import type { EventMask } from "../present/event-redaction.ts";
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
        // What a run's program declares sensitive is so in what was decided about it, too.
        const runOf = await redaction.ofRuns(
          db,
          items.flatMap(({ runId }) => runId ?? []),
        );
        const masks = (row: DecisionRow): EventMask => {
          const mask = maskOf(row.eventId);
          if (row.runId === null) return mask;
          const run = runOf(row.runId);
          return { ...mask, value: (one) => run.value(mask.value(one)), text: (one) => run.text(mask.text(one)) };
        };
        return { items: items.map((row) => presentDecision(row, masks(row), now)), nextCursor };
      });
      return { status: 200, body: reply };
    },
  };
}
