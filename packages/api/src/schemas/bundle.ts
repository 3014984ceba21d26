import { z } from "zod";
import { eventTypeBody, eventTypeName } from "./event-type.ts";
import { newSchedule } from "./schedule.ts";
import { formName } from "./task.ts";
import { jsonObject, label, workflowKey } from "./values.ts";
import { webhookBody } from "../routes/webhooks.ts";
import { issue } from "./workflow.ts";

export const bundleFormat = "mainspring.bundle/1";

const names = z.array(z.string().min(1).max(200)).max(1_000);

const bundledWorkflow = z.strictObject({
  definition: jsonObject,
  definitionHash: z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits" }),
});

/** Workflows as one document, to be carried to another tenant or installation. */
export const bundle = z.strictObject({
  format: z.literal(bundleFormat),
  workflows: z.array(bundledWorkflow).min(1).max(500),
  eventTypes: z
    .array(eventTypeBody.extend({ name: eventTypeName }))
    .max(1_000)
    .default([]),
  forms: z
    .array(z.strictObject({ name: formName, title: label, schema: jsonObject }))
    .max(1_000)
    .default([]),
  calendars: z
    .array(z.looseObject({ name: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/) }))
    .max(1_000)
    .default([])
    .meta({ description: "name, zone, week, holidays, exceptions" }),
  schedules: z
    .array(newSchedule.extend({ name: label }))
    .max(1_000)
    .default([])
    .meta({ description: "as POST /schedules takes them; imported paused" }),
  webhooks: z.array(webhookBody).max(1_000).default([]).meta({ description: "without their secrets" }),
  needs: z
    .strictObject({ secrets: names.default([]), actions: names.default([]), workflows: names.default([]) })
    .default({ secrets: [], actions: [], workflows: [] })
    .meta({ description: "what the definitions name and the bundle does not contain" }),
});
export type Bundle = z.infer<typeof bundle>;

export const exportBody = z.strictObject({ keys: z.array(workflowKey).min(1).max(500) });

export const importQuery = z.strictObject({
  dryRun: z.enum(["true", "false"]).optional().meta({ description: "say what would happen, and do nothing" }),
  onConflict: z
    .enum(["skip", "draft"])
    .optional()
    .meta({ description: "of a workflow that exists: leave it, or save the bundle's definition as its draft" }),
});

const imported = z.object({
  name: z.string(),
  result: z.enum(["created", "unchanged", "kept", "passed"]).meta({
    description:
      "kept: there is one of this name that says something else; passed: a schedule whose only time lies in the past",
  }),
});

export const importReport = z.object({
  dryRun: z.boolean(),
  workflows: z.array(
    z.object({
      key: workflowKey,
      result: z.enum(["created", "draft", "skipped"]),
      revision: z.number().int(),
      issues: z.array(issue).meta({ description: "what publishing would say now; missing things are warnings here" }),
    }),
  ),
  eventTypes: z.array(imported),
  forms: z.array(imported),
  calendars: z.array(imported),
  schedules: z.array(imported),
  webhooks: z.array(imported),
  missing: z.object({ secrets: z.array(z.string()), actions: z.array(z.string()), workflows: z.array(z.string()) }),
});
export type ImportReport = z.infer<typeof importReport>;

/** The bundle itself; one that is wrapped, `{bundle, dryRun?, onConflict?}`, says the same as with the query. */
export const importBody = z.preprocess(
  (given) => {
    if (typeof given !== "object" || given === null || !("bundle" in given) || "format" in given) return given;
    const { bundle: wrapped, ...options } = given;
    return typeof wrapped === "object" ? { ...wrapped, ...options } : given;
  },
  bundle.extend({ dryRun: z.boolean().optional(), onConflict: z.enum(["skip", "draft"]).optional() }),
);
