import type { DeliveryReply, EventWhyReply, InboxEvent } from "@mainspring/api";
import { explainEvent, instantFromMs, isJsonObject } from "@mainspring/core";
import type { EventCause, Json } from "@mainspring/core";
import { deliveriesOf, listDecisions } from "@mainspring/store";
import type { DecisionRow, DeliveryRow, EventCounts, InboxRow, TenantDb } from "@mainspring/store";
import { explainRow, presentEvidence } from "./decision.ts";
import type { EventMask } from "./event-redaction.ts";

/** Of one event there are as many as triggers listen to its name. */
const decisionsMax = 200;

export function presentEvent(row: InboxRow, mask: EventMask, counts: EventCounts | undefined): InboxEvent {
  return {
    eventId: row.id,
    id: row.eventId,
    source: row.source,
    name: row.name,
    payload: mask.payload(row.payload as Json),
    userId: row.userId,
    runId: row.runId,
    correlationKey: row.correlationKey === null ? null : mask.text(row.correlationKey),
    correlationHow: row.correlationHow,
    status: row.state,
    runsTaken: counts?.taken ?? 0,
    runsStarted: counts?.started ?? 0,
    attempts: row.attempts,
    worker: row.worker,
    claimedAt: row.claimedAt,
    adjusted: row.adjusted === null ? null : [...row.adjusted],
    error: mask.value((row.error ?? null) as Json),
    occurredAt: row.occurredAt,
    receivedAt: row.acceptedAt,
    processedAt: row.completedAt,
  };
}

/** Oldest first. @param eventId ours */
export async function decisionsAbout(db: TenantDb, eventId: string): Promise<DecisionRow[]> {
  return (await listDecisions(db, { eventId }, { limit: decisionsMax })).items.toReversed();
}

export async function explainInboxRow(db: TenantDb, row: InboxRow, mask: EventMask): Promise<EventWhyReply> {
  const now = instantFromMs(Date.now());
  const error = isJsonObject(row.error as Json) ? (row.error as { readonly [name: string]: unknown }) : {};
  const { code, message } = error;
  const why = explainEvent({
    now,
    name: row.name,
    source: row.source,
    id: row.eventId,
    acceptedAt: row.acceptedAt,
    state: row.state,
    attempts: row.attempts,
    error: {
      ...(typeof code === "string" ? { code } : {}),
      ...(typeof message === "string" ? { message: mask.text(message) } : {}),
    },
    ...(row.dueAt === null ? {} : { dueAt: row.dueAt }),
    decisions: (await decisionsAbout(db, row.id)).map((decision) => explainRow(decision, mask, now)),
    deliveries: (await deliveriesOf(db, row.id)).map(({ runId, state, reason, updatedAt }) => ({
      runId,
      state,
      at: updatedAt,
      ...(reason === null ? {} : { reason: mask.text(reason) }),
    })),
  });
  return { eventId: row.id, ...presentCause(why), also: why.also.map(presentCause), asOf: why.asOf };
}

function presentCause({ cause, sentence, since, evidence, remedy }: EventCause) {
  return { cause, sentence, since, evidence: evidence.map(presentEvidence), remedy };
}

export function presentDelivery(row: DeliveryRow, mask: EventMask): DeliveryReply {
  return {
    id: row.id,
    kind: "run",
    runId: row.runId,
    workflow: null,
    triggerId: null,
    outcome: null,
    status: row.state,
    attempts: row.attempts,
    reason: row.reason === null ? null : mask.text(row.reason),
    error: mask.value((row.error ?? null) as Json),
    waitId: row.waitId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** What a trigger was asked: `delivered` when it started a run, `failed` when the event was given up before it was, else `ignored`. Nothing for a decision that is about no trigger. */
export function presentTriggerDelivery(row: DecisionRow, mask: EventMask): DeliveryReply[] {
  if (row.triggerId === null) return [];
  const fired = row.outcome === "fired";
  return [
    {
      id: row.id,
      kind: "trigger",
      runId: row.runId,
      workflow: row.workflow,
      triggerId: row.triggerId,
      outcome: row.outcome,
      status: fired ? "delivered" : row.outcome === "dead-lettered" ? "failed" : "ignored",
      attempts: 1,
      reason: fired ? null : explainRow(row, mask, row.decidedAt).sentence,
      error: null,
      waitId: null,
      createdAt: row.decidedAt,
      updatedAt: row.decidedAt,
    },
  ];
}
