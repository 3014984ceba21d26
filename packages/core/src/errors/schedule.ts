import type { ErrorCatalogue } from "./catalogue.ts";

/** What is wrong with a schedule, or with what is asked of one. */
export const scheduleErrors = {
  SCHEDULE_NOT_FOUND: {
    status: 404,
    title: "No such schedule",
    explanation: "Your tenant has no schedule of this id.",
    remedy: "Check the id; GET /schedules lists all.",
  },
  SCHEDULE_INVALID: {
    status: 422,
    title: "The schedule is not as it should be",
    explanation: "issues says which of its settings cannot be used, and why.",
    remedy: "Correct the listed places.",
  },
  CRON_INVALID: {
    status: 422,
    title: "The cron expression cannot be read",
    explanation:
      "A cron expression has five fields: minute, hour, day of month, month, day of week. A field is *, a number or name, a list, a range, or a step over a range or *. Nothing else is taken, so that nobody takes it for something else.",
    remedy: "Correct the named field.",
  },
  ZONE_UNKNOWN: {
    status: 422,
    title: "The time zone is unknown here",
    explanation: "The zone of a schedule is an IANA name whose clocks this machine knows.",
    remedy: "Write a zone such as Europe/Berlin, or update the machine's time zone data.",
  },
  INTERVAL_INVALID: {
    status: 422,
    title: "The interval cannot be used",
    explanation: "An interval is from one second to ten years of whole seconds, with an offset that is less.",
    remedy: "Correct everyMs or offsetMs.",
  },
  INSTANT_INVALID: {
    status: 422,
    title: "The time cannot be used",
    explanation: "A schedule that fires once names an instant with its offset, in the future and before the year 2100.",
    remedy: "Write a time such as 2031-03-30T08:00:00Z that is still to come.",
  },
  SCHEDULE_MISFIT: {
    status: 409,
    title: "The payload does not fit the published version",
    explanation: "The schedule's payload does not fit the payload schema of the version that is published now.",
    remedy: "Change the payload, or publish a version that takes it; then try again.",
  },
  SCHEDULE_STATE: {
    status: 409,
    title: "The schedule's state does not allow that",
    explanation: "What was asked for is for schedules in another state; detail names both.",
    remedy: "Read the schedule, and ask for what its state allows.",
  },
  BACKFILL_INVALID: {
    status: 422,
    title: "The time cannot be backfilled",
    explanation:
      "A backfill starts what nominal times of the past have not: from lies before to, to is not in the future, and at most 1,000 times lie between.",
    remedy: "Choose another span, or several shorter ones.",
  },
} as const satisfies ErrorCatalogue;
