/**
 * What became of an occasion to start a run: an event that a trigger might answer to, a schedule's nominal time, a request. `fired` made a
 * run (which may be held QUEUED, and says why itself); every other outcome is a cause of "not started".
 */
export const decisionOutcomes = [
  "fired",
  "no-trigger",
  "filtered",
  "payload-invalid",
  "duplicate",
  "correlation-missing",
  "workflow-paused",
  "unpublished",
  "schedule-paused",
  "schedule-disabled",
  "repeated-hour",
  "overlap-skipped",
  "outside-business-days",
  "missed-catchup",
  "over-limit",
  "tenant-suspended",
  "unauthorised",
  "dead-lettered",
] as const;

export type DecisionOutcome = (typeof decisionOutcomes)[number];
