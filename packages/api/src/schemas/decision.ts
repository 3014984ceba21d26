import { decisionOutcomes } from "@mainspring/core";
import { z } from "zod";
import { id, instant, json } from "./values.ts";

const evidence = z.array(
  z.object({
    kind: z.string().meta({ description: "such as `value`, `issue`, `paths-tried`" }),
    text: z.string(),
    data: json.optional(),
  }),
);

const explained = {
  sentence: z.string(),
  since: instant.nullable(),
  evidence,
  remedy: z.string(),
};

export const decisionOutcome = z.enum(decisionOutcomes);

/** Why something started or did not, as it was decided at the time. */
export const decision = z.object({
  id,
  cause: decisionOutcome,
  ...explained,
  outcome: decisionOutcome.meta({ description: "the same as `cause`; `fired` made a run" }),
  decidedAt: instant,
  eventId: id.nullable().meta({ description: "ours" }),
  event: z
    .object({
      name: z.string(),
      source: z.string(),
      id: z.string().meta({ description: "the producer's" }),
      acceptedAt: instant,
    })
    .nullable()
    .meta({ description: "while the event is kept" }),
  scheduleId: id.nullable(),
  nominalAt: instant.nullable(),
  workflow: z.string().nullable(),
  version: z.number().int().nullable(),
  triggerId: z.string().nullable(),
  runId: id.nullable(),
  values: json.meta({ description: "what it was decided from, masked where it is sensitive" }),
});
export type DecisionReply = z.infer<typeof decision>;

const eventCause = { cause: z.string(), ...explained };

/** What became of an event: what leads, the others under `also`. */
export const eventWhy = z.object({
  eventId: id,
  ...eventCause,
  also: z.array(z.object(eventCause)),
  asOf: instant,
});
export type EventWhyReply = z.infer<typeof eventWhy>;
