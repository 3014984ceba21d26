import type { DecisionReply } from "@mainspring/api";
import { explainDecision, isJsonObject } from "@mainspring/core";
import type { DecisionFacts, Evidence, Instant, Json, JsonObject, NotStarted } from "@mainspring/core";
import type { DecisionRow } from "@mainspring/store";
import type { EventMask } from "./event-redaction.ts";

/** In words, with sensitive values masked before they become part of a sentence. */
export function explainRow(row: DecisionRow, mask: EventMask, now: Instant): NotStarted {
  const facts: DecisionFacts = {
    outcome: row.outcome,
    decidedAt: row.decidedAt,
    values: valuesOf(row, mask),
    ...(row.event === null ? {} : { event: row.event }),
    ...(row.scheduleId === null ? {} : { scheduleId: row.scheduleId }),
    ...(row.nominalAt === null ? {} : { nominalAt: row.nominalAt }),
    ...(row.workflow === null ? {} : { workflow: row.workflow }),
    ...(row.version === null ? {} : { version: row.version }),
    ...(row.triggerId === null ? {} : { triggerId: row.triggerId }),
    ...(row.runId === null ? {} : { runId: row.runId }),
  };
  return explainDecision(facts, now);
}

export function presentDecision(row: DecisionRow, mask: EventMask, now: Instant): DecisionReply {
  const { cause, sentence, since, evidence, remedy } = explainRow(row, mask, now);
  return {
    id: row.id,
    cause,
    sentence,
    since,
    evidence: evidence.map(presentEvidence),
    remedy,
    outcome: row.outcome,
    decidedAt: row.decidedAt,
    eventId: row.eventId,
    event: row.event,
    scheduleId: row.scheduleId,
    nominalAt: row.nominalAt,
    workflow: row.workflow,
    version: row.version,
    triggerId: row.triggerId,
    runId: row.runId,
    values: valuesOf(row, mask),
  };
}

/** Each value that was read is masked where it stood in the event. */
function valuesOf({ values }: DecisionRow, mask: EventMask): Json {
  const read = isJsonObject(values) ? values["read"] : undefined;
  if (!isJsonObject(read)) return mask.value(values);
  const masked = Object.entries(read).map(([path, value]) => [path, mask.at(path, value as Json)]);
  return mask.value({ ...(values as JsonObject), read: Object.fromEntries(masked) as Json });
}

export function presentEvidence({ kind, text, data }: Evidence): { kind: string; text: string; data?: Json } {
  return { kind, text, ...(data === undefined ? {} : { data }) };
}
