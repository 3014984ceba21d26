import { z } from "zod";
import { defineRoute } from "../route.ts";
import {
  changedSchedule,
  newSchedule,
  previewedFire,
  previewQuery,
  previewRequest,
  schedule,
  scheduleStates,
  stateNote,
} from "../schemas/schedule.ts";
import { id, instant, page, pageQuery, workflowKey } from "../schemas/values.ts";

const params = z.strictObject({ id });
const notFound = "SCHEDULE_NOT_FOUND";
const specErrors = [
  "CRON_INVALID",
  "CRON_AMBIGUOUS_DAYS",
  "ZONE_UNKNOWN",
  "INTERVAL_INVALID",
  "INSTANT_INVALID",
  "SCHEDULE_INVALID",
] as const;
const contentErrors = [...specErrors, "NOT_PUBLISHED", "PAYLOAD_INVALID", "REDACTED_VALUE_IN_PAYLOAD"] as const;
const preview = page(previewedFire);

const list = defineRoute({
  method: "GET",
  path: "/schedules",
  role: "viewer",
  summary: "List schedules",
  doc: "Newest first; the filters hold together.",
  query: z.strictObject({
    workflow: workflowKey.optional(),
    state: z
      .preprocess(
        (given) => (given === undefined || Array.isArray(given) ? given : [given]),
        z.array(z.enum(scheduleStates)).optional(),
      )
      .meta({ description: "repeatable" }),
    ...pageQuery,
  }),
  replies: { 200: { doc: "a page of schedules", schema: page(schedule) } },
  errors: ["CURSOR_MISMATCH"],
});

const create = defineRoute({
  method: "POST",
  path: "/schedules",
  role: "author",
  summary: "Create a schedule",
  doc: "Starts runs of a published workflow by time. Each time starts whichever version is published then. It is a Temporal Schedule, which follows the row: at once, or, while Temporal is away (`inSync: false`), as soon as it is back.",
  body: newSchedule,
  idempotencyKey: true,
  replies: { 201: { doc: "created", schema: schedule } },
  errors: ["WORKFLOW_NOT_FOUND", "IDEMPOTENCY_CONFLICT", ...contentErrors],
});

const previewSpec = defineRoute({
  method: "POST",
  path: "/schedules/preview",
  role: "viewer",
  summary: "Preview the fires of a spec",
  doc: "The next times at which a schedule with this spec would fire, from the structure that Temporal would be given. Stores nothing.",
  body: previewRequest,
  replies: { 200: { doc: "in order; fewer than asked for where it ends", schema: preview } },
  errors: specErrors,
});

const get = defineRoute({
  method: "GET",
  path: "/schedules/:id",
  role: "viewer",
  summary: "Read a schedule",
  doc: "As it is now, with its last and next fires.",
  params,
  notFound,
  replies: { 200: { doc: "the schedule", schema: schedule } },
  errors: [notFound],
});

const update = defineRoute({
  method: "PUT",
  path: "/schedules/:id",
  role: "author",
  summary: "Change a schedule",
  doc: "What is left out stays as it is, and so does the state, except that a completed one whose new time is still to come is active again. Where the spec changes, times that were due and have not been decided are made up for.",
  params,
  notFound,
  ifMatch: true,
  body: changedSchedule,
  replies: { 200: { doc: "the schedule, as it is now", schema: schedule } },
  errors: [notFound, "REVISION_MISMATCH", ...contentErrors],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/schedules/:id",
  role: "author",
  summary: "Delete a schedule",
  doc: "Its runs stay, and so does what was decided about its times.",
  params,
  notFound,
  ifMatch: true,
  replies: { 204: { doc: "deleted" } },
  errors: [notFound, "REVISION_MISMATCH"],
});

const now = { 200: { doc: "the schedule, as it is now", schema: schedule } };

const pause = defineRoute({
  method: "POST",
  path: "/schedules/:id/pause",
  role: "operator",
  summary: "Pause a schedule",
  doc: "Times that pass meanwhile start nothing and are recorded as `schedule-paused`, with the note.",
  params,
  notFound,
  body: stateNote,
  bodyOptional: true,
  replies: now,
  errors: [notFound, "SCHEDULE_STATE"],
});

const unpause = defineRoute({
  method: "POST",
  path: "/schedules/:id/unpause",
  role: "operator",
  summary: "Let a paused schedule go on",
  doc: "From now on: what passed while it was paused is not made up for, unless by a backfill.",
  params,
  notFound,
  body: stateNote,
  bodyOptional: true,
  replies: now,
  errors: [notFound, "SCHEDULE_STATE", "SCHEDULE_MISFIT", "NOT_PUBLISHED"],
});

const disable = defineRoute({
  method: "POST",
  path: "/schedules/:id/disable",
  role: "author",
  summary: "Disable a schedule",
  doc: "It keeps its settings and starts nothing; its times are recorded as `schedule-disabled`.",
  params,
  notFound,
  body: stateNote,
  bodyOptional: true,
  replies: now,
  errors: [notFound, "SCHEDULE_STATE"],
});

const enable = defineRoute({
  method: "POST",
  path: "/schedules/:id/enable",
  role: "author",
  summary: "Enable a disabled schedule",
  doc: "Also one that publishing has disabled, once its payload fits again.",
  params,
  notFound,
  body: stateNote,
  bodyOptional: true,
  replies: now,
  errors: [notFound, "SCHEDULE_STATE", "SCHEDULE_MISFIT", "NOT_PUBLISHED"],
});

const backfill = defineRoute({
  method: "POST",
  path: "/schedules/:id/backfill",
  role: "operator",
  summary: "Make up for times of the past",
  doc: "Starts one run for each nominal time from `from` to `to`, both included, that has started none; overlap and the catch-up window do not hold it back, business days and a paused workflow do.",
  params,
  notFound,
  body: z.strictObject({
    from: z.iso.datetime({ offset: true, error: "expected a time such as 2031-03-30T08:00:00Z" }),
    to: z.iso.datetime({ offset: true, error: "expected a time such as 2031-03-30T08:00:00Z" }),
  }),
  replies: {
    202: {
      doc: "so many times are made up for, and so many had fired",
      schema: z.object({ times: z.number().int(), alreadyFired: z.number().int(), from: instant, to: instant }),
    },
  },
  errors: [notFound, "SCHEDULE_STATE", "BACKFILL_INVALID"],
});

const previewOne = defineRoute({
  method: "GET",
  path: "/schedules/:id/preview",
  role: "viewer",
  summary: "Preview a schedule's fires",
  doc: "Its next times, from the structure that Temporal has; those outside of business days are left out.",
  params,
  notFound,
  query: z.strictObject(previewQuery),
  replies: { 200: { doc: "in order; fewer than asked for where it ends", schema: preview } },
  errors: [notFound, ...specErrors],
});

export const schedules = {
  list,
  create,
  previewSpec,
  get,
  update,
  remove,
  pause,
  unpause,
  disable,
  enable,
  backfill,
  preview: previewOne,
};
