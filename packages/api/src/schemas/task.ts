import { z } from "zod";
import { id, instant, json, jsonObject, label } from "./values.ts";

export const taskStatuses = ["OPEN", "CLAIMED", "COMPLETED", "CANCELED", "EXPIRED"] as const;
export type TaskStatusName = (typeof taskStatuses)[number];

export const task = z.object({
  id,
  runId: id,
  workflow: z.string(),
  stepId: z.string(),
  stepPath: z.string(),
  iteration: z.array(z.number().int()),
  title: z.string(),
  description: z.string().nullable(),
  context: json.meta({ description: "shown beside the form; null when there is none" }),
  form: json.meta({ description: "the schema that the answer is held to" }),
  formName: z.string().nullable().meta({ description: "of a form of the tenant or of the system" }),
  status: z.enum(taskStatuses),
  assignTo: z.object({ users: z.array(z.string()), groups: z.array(z.string()) }),
  claimedBy: z.string().nullable(),
  claimedAt: instant.nullable(),
  dueAt: instant.nullable(),
  overdue: z.boolean(),
  timeoutAt: instant.nullable().meta({ description: "when the run goes on without an answer" }),
  reminders: z.object({ sent: z.number().int(), max: z.number().int().nullable(), lastAt: instant.nullable() }),
  createdAt: instant,
  closedAt: instant.nullable(),
  answer: json.meta({ description: "the accepted one; null until there is one" }),
  answeredBy: z.string().nullable(),
  overridden: z.boolean().meta({ description: "an administrator's answer, which the form did not bind" }),
  submissionId: z.string().nullable(),
  version: z.number().int().meta({ description: "rises with each claim and release" }),
});
export type TaskReply = z.infer<typeof task>;

export const taskAnswer = z.strictObject({
  answer: json,
  submissionId: z.string().min(1).max(200).optional().meta({
    description:
      "the same one again is the same answer, and is answered alike; left out: made of task, person and answer",
  }),
});

export const form = z.object({
  name: z.string(),
  title: z.string(),
  schema: json,
  system: z.boolean().meta({ description: "one that every tenant has, and that one of its own stands in for" }),
  revision: z.number().int().nullable(),
  updatedAt: instant.nullable(),
  updatedBy: z.string().nullable(),
});
export type FormReply = z.infer<typeof form>;

export const formName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, { error: "expected [A-Za-z][A-Za-z0-9_.-]{0,63}" });

export const formBody = z.strictObject({ schema: jsonObject, title: label.optional() });
