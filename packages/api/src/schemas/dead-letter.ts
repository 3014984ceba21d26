import { z } from "zod";
import { id, instant, json } from "./values.ts";

/** Redelivered in one request. */
export const redeliveredMax = 5_000;

const kind = z.enum(["event", "delivery"]).meta({ description: "an event, or the signal of one to a run" });
const name = z.string().min(1).max(200);
const time = z.iso.datetime({ offset: true });

/** All hold together. */
export const deadLetterFilter = {
  kind: kind.optional(),
  name: name.optional().meta({ description: "of the event" }),
  source: name.optional(),
  code: name.optional().meta({ description: "of the error" }),
  correlationKey: z.string().min(1).max(1_000).optional(),
  runId: id.optional().meta({ description: "that the event, or its delivery, is for" }),
  from: time.optional().meta({ description: "given up at this time or later" }),
  to: time.optional().meta({ description: "given up before" }),
};

export const deadLetter = z.object({
  kind,
  id: id.meta({ description: "of the event or of the delivery" }),
  eventId: id,
  producerId: z.string(),
  source: z.string(),
  name: z.string(),
  correlationKey: z.string().nullable(),
  payload: json,
  runId: id.nullable(),
  attempts: z.number().int(),
  error: json,
  redeliverable: z
    .boolean()
    .meta({ description: "false: what came as an event and was refused; nothing can come of it" }),
  receivedAt: instant,
  deadAt: instant,
});
export type DeadLetterReply = z.infer<typeof deadLetter>;

export const redelivered = z.object({
  eventId: id,
  status: z.enum(["pending", "processing", "completed", "failed", "dead"]),
  routed: z.boolean().meta({ description: "the event is routed again, to waits and triggers that it has not come to" }),
  deliveries: z.number().int().meta({ description: "signals that had failed and are tried again" }),
});

export const redeliveryReport = z.object({
  matched: z.number().int().meta({ description: "events that the filter finds" }),
  redelivered: z.number().int(),
  skipped: z.number().int().meta({ description: "of them, those that cannot be redelivered" }),
  more: z.boolean().meta({ description: "there are more than one request takes: ask again" }),
  dryRun: z.boolean(),
});
export type RedeliveryReport = z.infer<typeof redeliveryReport>;
