import { decisionOutcomes } from "@mainspring/core";
import { z } from "zod";
import { defineRoute } from "../route.ts";
import { decision, decisionOutcome } from "../schemas/decision.ts";
import { id, page, pageQuery, workflowKey } from "../schemas/values.ts";

const time = z.iso.datetime({ offset: true });

const list = defineRoute({
  method: "GET",
  path: "/decisions",
  role: "viewer",
  summary: "Ask why something started, or did not",
  doc: "Newest first; the filters hold together. Each was written down when it was decided, with the values of that time: for each event and trigger, each schedule and nominal time, and requests that were refused.",
  query: z.strictObject({
    eventId: id.optional().meta({ description: "ours" }),
    source: z.string().min(1).max(200).optional().meta({ description: "of the event" }),
    id: z.string().min(1).max(200).optional().meta({ description: "of the event: the producer's" }),
    scheduleId: id.optional(),
    workflow: workflowKey.optional(),
    runId: id.optional().meta({ description: "the run that was started" }),
    outcome: z
      .union([decisionOutcome.transform((one) => [one]), z.array(decisionOutcome).min(1).max(decisionOutcomes.length)])
      .optional()
      .meta({ description: "repeatable: any of them" }),
    from: time.optional().meta({ description: "decided then or later" }),
    to: time.optional().meta({ description: "decided before then" }),
    ...pageQuery,
  }),
  replies: { 200: { doc: "a page of decisions", schema: page(decision) } },
  errors: ["CURSOR_MISMATCH"],
});

export const decisions = { list };
