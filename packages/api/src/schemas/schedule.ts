import { z } from "zod";
import { id, instant, json, label, workflowKey } from "./values.ts";

export const scheduleStates = ["active", "paused", "disabled", "completed"] as const;
export type ScheduleStateName = (typeof scheduleStates)[number];
export const scheduleOverlaps = ["skip", "allow", "cancel-other"] as const;

/** One of the three; which members go together is checked where it is compiled, so that each problem has its place. */
export const scheduleSpec = z
  .strictObject({
    cron: z.string().max(1_000).optional(),
    zone: z.string().max(100).optional(),
    everyMs: z.number().optional(),
    offsetMs: z.number().optional(),
    at: z.string().max(100).optional(),
  })
  .meta({
    description:
      "`{cron, zone}`: five fields on the clocks of an IANA zone, UTC when left out; `{everyMs, offsetMs?}`: whole seconds of elapsed time since 1970; `{at}`: once, to the second",
  });
export type ScheduleSpecInput = z.infer<typeof scheduleSpec>;

const businessDays = z
  .strictObject({ calendar: z.string().min(1).max(64) })
  .nullable()
  .meta({ description: "times on local days without business hours start nothing; null: every day" });
const note = z.string().max(2_000);
const dayMs = 86_400_000;

const settings = {
  name: label.optional().meta({ description: "the workflow's key when left out" }),
  payload: json.optional().meta({ description: "what each run is started with; `{}` when left out" }),
  overlap: z
    .enum(scheduleOverlaps)
    .optional()
    .meta({ description: "while the run before is open: `skip` (the default), `allow`, or `cancel-other`" }),
  catchUpWindowMs: z
    .number()
    .int()
    .min(10_000)
    .max(365 * dayMs)
    .optional()
    .meta({ description: "so late a missed time is still made up for, inclusive; 10 minutes when left out" }),
  jitterMs: z
    .number()
    .int()
    .min(0)
    .max(dayMs)
    .optional()
    .meta({ description: "each time is put off by chance, by at most so much; it keeps its name" }),
  businessDays: businessDays.optional(),
  note: note.nullable().optional(),
};

export const newSchedule = z.strictObject({
  workflow: workflowKey,
  spec: scheduleSpec,
  ...settings,
  state: z.enum(["active", "paused", "disabled"]).optional(),
});

export const changedSchedule = z.strictObject({ spec: scheduleSpec.optional(), ...settings });
export const stateNote = z.strictObject({ note: note.optional() });

export const previewQuery = {
  count: z.coerce.number().int().min(1).max(1_000).default(10),
  from: z.iso
    .datetime({ offset: true, error: "expected a time such as 2031-03-30T08:00:00Z" })
    .optional()
    .meta({ description: "not itself; now when left out" }),
};

export const previewRequest = z.strictObject({
  spec: scheduleSpec,
  businessDays: businessDays.optional(),
  count: z.number().int().min(1).max(1_000).default(10),
  from: previewQuery.from,
});

export const previewedFire = z.object({
  nominalAt: instant,
  local: z.string().meta({ description: "on the clocks of the zone" }),
});

export const schedule = z.object({
  id,
  workflow: z.string(),
  name: z.string(),
  kind: z.enum(["cron", "interval", "once"]),
  spec: z.object({
    cron: z.string().optional(),
    zone: z.string().optional(),
    everyMs: z.number().optional(),
    offsetMs: z.number().optional(),
    at: z.string().optional(),
  }),
  payload: json.meta({ description: "sensitive values masked" }),
  overlap: z.enum(scheduleOverlaps),
  catchUpWindowMs: z.number(),
  jitterMs: z.number(),
  businessDays: z.object({ calendar: z.string() }).nullable(),
  note: z.string().nullable(),
  state: z.enum(scheduleStates),
  stateNote: z.string().nullable(),
  stateBy: z.string().nullable(),
  stateAt: instant,
  disabledReason: json.meta({
    description: "why it was disabled, `{code, message, ...}`; null: it was not, or by hand",
  }),
  misfit: json.meta({ description: "why its payload does not fit the published version; null: it fits" }),
  boundVersion: z.number().int(),
  temporalScheduleId: z.string(),
  inSync: z.boolean().meta({ description: "whether Temporal has followed the last change" }),
  syncError: z.string().nullable(),
  lastNominalAt: instant.nullable(),
  lastFiredAt: instant.nullable(),
  lastRunId: z.string().nullable(),
  nextAt: instant.nullable(),
  nextFires: z.array(instant).meta({ description: "of an active schedule: the next few times" }),
  revision: z.number().int(),
  createdAt: instant,
  createdBy: z.string().nullable(),
  updatedAt: instant,
  updatedBy: z.string().nullable(),
});
export type ScheduleReply = z.infer<typeof schedule>;
