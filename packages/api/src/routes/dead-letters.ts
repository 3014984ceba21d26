import { z } from "zod";
import { defineRoute } from "../route.ts";
import { deadLetter, deadLetterFilter, redelivered, redeliveredMax, redeliveryReport } from "../schemas/dead-letter.ts";
import { id, page, pageQuery } from "../schemas/values.ts";

const list = defineRoute({
  method: "GET",
  path: "/dead-letters",
  role: "viewer",
  summary: "List what was given up: events that could not be routed, and signals that did not reach their run",
  doc: "The last given up first; the filters hold together. What came by a stream and is no event stands here too, with the code of its refusal.",
  query: z.strictObject({ ...deadLetterFilter, ...pageQuery }),
  replies: { 200: { doc: "a page of dead letters", schema: page(deadLetter) } },
  errors: ["CURSOR_MISMATCH"],
});

const redeliver = defineRoute({
  method: "POST",
  path: "/dead-letters/redeliver",
  role: "operator",
  summary: "Redeliver all dead letters that a filter finds",
  doc: `As for a single event, for up to ${redeliveredMax} of them. With \`dryRun\` they are counted, and nothing is done.`,
  body: z.strictObject({ filter: z.strictObject(deadLetterFilter).default({}), dryRun: z.boolean().default(false) }),
  replies: {
    200: { doc: "what would be done", schema: redeliveryReport },
    202: { doc: "what is done", schema: redeliveryReport },
  },
  errors: [],
});

export const deadLetters = { list, redeliver };

const redeliverOne = defineRoute({
  method: "POST",
  path: "/events/:id/redeliver",
  role: "operator",
  summary: "Redeliver an event",
  doc: "What is not done of it is done: signals that failed are sent again, and it is routed again to waits that are open now and triggers that have not decided. What a run was told, and what a trigger decided, stays.",
  params: z.strictObject({ id }),
  notFound: "EVENT_NOT_FOUND",
  replies: { 202: { doc: "what is tried again", schema: redelivered } },
  errors: ["EVENT_NOT_FOUND", "EVENT_NOT_REDELIVERABLE"],
});

export const redelivery = { redeliver: redeliverOne };
