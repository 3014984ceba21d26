import { z } from "zod";
import { defineRoute } from "../route.ts";
import {
  delivery,
  eventBatchMax,
  eventStatus,
  eventStatuses,
  inboxEvent,
  newEvent,
  receipt,
} from "../schemas/event.ts";
import { eventWhy } from "../schemas/decision.ts";
import { id, page, pageQuery } from "../schemas/values.ts";

const params = z.strictObject({ id });
const notFound = "EVENT_NOT_FOUND";

const time = z.iso.datetime({ offset: true });

const accept = defineRoute({
  method: "POST",
  path: "/events",
  role: "operator",
  summary: "Send an event, or several",
  doc: "Stored when the reply comes, routed after it. The same id of the same source with the same body answers with the first receipt. Several are accepted all or none.",
  body: z.union([newEvent, z.array(newEvent).min(1).max(eventBatchMax)]),
  replies: {
    202: { doc: "a receipt, or one for each event in their order", schema: z.union([receipt, z.array(receipt)]) },
  },
  errors: ["EVENT_CONFLICT", "RUN_NOT_FOUND", "BACKLOG_FULL", "PAYLOAD_TOO_LARGE", "PAYLOAD_INVALID"],
});

const list = defineRoute({
  method: "GET",
  path: "/events",
  role: "viewer",
  summary: "List events",
  doc: "Newest first; the filters hold together. `source` and `id` find by the producer's id.",
  query: z.strictObject({
    source: z.string().min(1).max(200).optional(),
    id: z.string().min(1).max(200).optional(),
    name: z.string().min(1).max(200).optional(),
    correlationKey: z.string().min(1).max(1_000).optional(),
    from: time.optional().meta({ description: "accepted then or later" }),
    to: time.optional().meta({ description: "accepted before then" }),
    status: z
      .union([eventStatus.transform((one) => [one]), z.array(eventStatus).min(1).max(eventStatuses.length)])
      .optional()
      .meta({ description: "may be repeated: any of them" }),
    unmatched: z
      .literal("true")
      .optional()
      .meta({ description: "only what is done with, while no run took it or was started by it" }),
    ...pageQuery,
  }),
  replies: { 200: { doc: "a page of events", schema: page(inboxEvent) } },
  errors: ["CURSOR_MISMATCH"],
});

const get = defineRoute({
  method: "GET",
  path: "/events/:id",
  role: "viewer",
  summary: "Read an event",
  doc: "By our id, as in the receipt.",
  params,
  notFound,
  replies: { 200: { doc: "the event", schema: inboxEvent } },
  errors: [notFound],
});

const why = defineRoute({
  method: "GET",
  path: "/events/:id/why",
  role: "viewer",
  summary: "Ask what became of an event",
  doc: "What leads (still under way, taken, started, or why it started nothing) with its evidence and what to do; the rest under `also`.",
  params,
  notFound,
  replies: { 200: { doc: "what became of it", schema: eventWhy } },
  errors: [notFound],
});

const deliveries = defineRoute({
  method: "GET",
  path: "/events/:id/deliveries",
  role: "viewer",
  summary: "List where an event went, and what came of it there",
  doc: "One for each candidate run and one for each trigger that was asked, oldest first, in one page.",
  params,
  notFound,
  replies: { 200: { doc: "the deliveries", schema: page(delivery) } },
  errors: [notFound],
});

export const events = { accept, list, get, why, deliveries };
