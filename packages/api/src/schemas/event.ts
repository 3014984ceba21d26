import { z } from "zod";
import { id, instant, json } from "./values.ts";

/** Events in one request. */
export const eventBatchMax = 500;

export const newEvent = z.strictObject({
  name: z.string().min(1).max(200),
  id: z.string().min(1).max(200).meta({ description: "the producer's id: repeated, the event counts once" }),
  source: z.string().min(1).max(200).default("default"),
  payload: json.default({}),
  correlationKey: z.union([z.string().min(1).max(1_000), z.number()]).optional(),
  runId: id.optional().meta({ description: "only this run's waits are candidates, and no trigger fires" }),
  userId: z.string().min(1).max(200).optional(),
});
export type NewEvent = z.infer<typeof newEvent>;

export const receipt = z.object({ eventId: id, duplicate: z.boolean() });

export const eventStatuses = ["pending", "processing", "completed", "failed", "dead"] as const;
export const eventStatus = z.enum(eventStatuses);

export const inboxEvent = z.object({
  eventId: id,
  id: z.string().meta({ description: "the producer's id" }),
  source: z.string(),
  name: z.string(),
  payload: json,
  userId: z.string().nullable(),
  runId: id.nullable(),
  correlationKey: z.string().nullable(),
  correlationHow: z.string().nullable(),
  status: eventStatus,
  runsTaken: z.number().int().meta({ description: "runs that waited and took it" }),
  runsStarted: z.number().int().meta({ description: "runs that it started" }),
  attempts: z.number().int(),
  worker: z
    .string()
    .nullable()
    .meta({ description: "that has it, or had it last: host, process, random part, number" }),
  claimedAt: instant.nullable().meta({ description: "when that worker took it" }),
  adjusted: z
    .array(z.string())
    .nullable()
    .meta({ description: "what of it could not be kept as it came: `<pointer> <code>` each" }),
  error: json,
  occurredAt: instant.nullable().meta({ description: "as its producer says; nothing is decided by it" }),
  receivedAt: instant,
  processedAt: instant.nullable(),
});

export const delivery = z.object({
  id,
  kind: z.enum(["run", "trigger"]).meta({ description: "a run that waits, or a trigger that may start one" }),
  runId: id.nullable().meta({ description: "the candidate run, or the one that the trigger started" }),
  workflow: z.string().nullable().meta({ description: "of the trigger" }),
  triggerId: z.string().nullable(),
  outcome: z.string().nullable().meta({ description: "of the trigger: `fired`, or why it started nothing" }),
  status: z.enum(["pending", "delivered", "taken", "ignored", "failed"]),
  attempts: z.number().int(),
  reason: z.string().nullable(),
  error: json,
  waitId: z.string().nullable(),
  createdAt: instant,
  updatedAt: instant,
});

export type Receipt = z.infer<typeof receipt>;
export type InboxEvent = z.infer<typeof inboxEvent>;
export type DeliveryReply = z.infer<typeof delivery>;
