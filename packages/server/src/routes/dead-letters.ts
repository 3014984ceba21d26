import type { DeadLetterReply } from "@mainspring/api";
import { redeliveredMax } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { getEvent, listDeadLetters, recordAudit, redeliverEvent } from "@mainspring/store";
import type { DeadLetter, DeadLetterFilter } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import { maskEvents, withoutMaskedKeys, type EventMask, type MaskedEvent } from "../present/event-redaction.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

const atOnce = 200;

export function deadLetterHandlers({ store, redaction }: Services): Handlers<"deadLetters"> {
  return {
    async list({ query: { cursor, limit, ...filter }, caller }) {
      const reply = await store.tenant(caller.tenantId, async (db) => {
        const { items: found, nextCursor } = await listDeadLetters(db, filter, { cursor, limit });
        const items = await withoutMaskedKeys(db, redaction, filter, found, eventOf);
        const maskOf = await maskEvents(db, redaction, items.map(eventOf));
        return { items: items.map((row) => presentDeadLetter(row, maskOf(row.eventId))), nextCursor };
      });
      return { status: 200, body: reply };
    },
    async redeliver({ body: { filter, dryRun }, caller }) {
      const done = { redelivered: 0, skipped: 0 };
      const seen = new Set<string>();
      let cursor: string | undefined;
      do {
        const next: string | null = await store.tenant(caller.tenantId, async (db) => {
          const page = await listDeadLetters(db, filter satisfies DeadLetterFilter, { cursor, limit: atOnce });
          for (const { eventId, refused } of await withoutMaskedKeys(db, redaction, filter, page.items, eventOf)) {
            if (seen.has(eventId) || seen.size >= redeliveredMax) continue;
            seen.add(eventId);
            const isDone = dryRun ? !refused : (await redeliverEvent(db, eventId)).result === "redelivered";
            done[isDone ? "redelivered" : "skipped"] += 1;
          }
          return page.nextCursor;
        });
        cursor = next ?? undefined;
      } while (cursor !== undefined && seen.size < redeliveredMax);
      const report = { matched: seen.size, ...done, more: cursor !== undefined, dryRun };
      if (dryRun) return { status: 200, body: report };
      await store.tenant(caller.tenantId, (db) =>
        recordAudit(db, {
          actor: actorOf(caller),
          action: "dead-letters.redeliver",
          subject: "dead-letters",
          details: { filter, ...done },
        }),
      );
      return { status: 202, body: report };
    },
  };
}

export function redeliveryHandlers({ store }: Services): Pick<Handlers<"events">, "redeliver"> {
  return {
    async redeliver({ params, caller }) {
      const body = await store.tenant(caller.tenantId, async (db) => {
        const done = await redeliverEvent(db, params.id);
        switch (done.result) {
          case "not found":
            throw new MainspringError("EVENT_NOT_FOUND");
          case "refused":
            throw new MainspringError(
              "EVENT_NOT_REDELIVERABLE",
              {},
              "it was refused, and so never became an event: send it as it should be",
            );
          case "forgotten":
            throw new MainspringError("EVENT_NOT_REDELIVERABLE", {}, "its run was deleted, and its content with it");
          case "redelivered":
            break;
        }
        const { routed, deliveries } = done;
        await recordAudit(db, {
          actor: actorOf(caller),
          action: "event.redeliver",
          subject: `event:${params.id}`,
          details: { routed, deliveries },
        });
        const status = (await getEvent(db, params.id))?.state ?? "pending";
        return { eventId: params.id, status, routed, deliveries };
      });
      return { status: 202, body };
    },
  };
}

function eventOf({ eventId, name, payload }: DeadLetter): MaskedEvent {
  return { id: eventId, name, payload };
}

function presentDeadLetter(row: DeadLetter, mask: EventMask): DeadLetterReply {
  const { kind, id, eventId, producerId, source, name, runId, attempts } = row;
  return {
    kind,
    id,
    eventId,
    producerId,
    source,
    name,
    correlationKey: row.correlationKey === null ? null : mask.text(row.correlationKey),
    payload: mask.payload((row.payload ?? null) as Json),
    runId,
    attempts,
    error: mask.value((row.error ?? null) as Json),
    redeliverable: !row.refused,
    receivedAt: row.acceptedAt,
    deadAt: row.deadAt,
  };
}
