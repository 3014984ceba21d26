/** The shapes of the icon set; the outline alone tells them apart. */
export type StatusShape =
  | "dashed-ring"
  | "half-disc"
  | "clock"
  | "bars"
  | "tick-disc"
  | "octagon"
  | "barred-ring"
  | "turning-arrow"
  | "diamond";

/** A name of a colour in `app/tokens.css`. */
export type StatusTone = "grey" | "blue" | "violet" | "amber" | "green" | "vermilion";

export interface StatusLook {
  readonly word: string;
  readonly shape: StatusShape;
  readonly tone: StatusTone;
}

const looks = {
  QUEUED: { word: "Queued", shape: "dashed-ring", tone: "grey" },
  RUNNING: { word: "Running", shape: "half-disc", tone: "blue" },
  WAITING: { word: "Waiting", shape: "clock", tone: "violet" },
  PAUSED: { word: "Paused", shape: "bars", tone: "amber" },
  SUCCEEDED: { word: "Succeeded", shape: "tick-disc", tone: "green" },
  FAILED: { word: "Failed", shape: "octagon", tone: "vermilion" },
  CANCELED: { word: "Canceled", shape: "barred-ring", tone: "grey" },
  // Of steps and waits only. A try that will be repeated is no failed end, so it is not vermilion.
  RETRYING: { word: "Retrying", shape: "turning-arrow", tone: "blue" },
  SKIPPED: { word: "Skipped", shape: "diamond", tone: "grey" },
  UNKNOWN: { word: "Outcome unknown", shape: "barred-ring", tone: "amber" },
  RESOLVED: { word: "Resolved", shape: "tick-disc", tone: "green" },
  // Of tasks only.
  OPEN: { word: "Open", shape: "clock", tone: "violet" },
  CLAIMED: { word: "Claimed", shape: "half-disc", tone: "blue" },
  COMPLETED: { word: "Completed", shape: "tick-disc", tone: "green" },
  EXPIRED: { word: "Expired", shape: "barred-ring", tone: "grey" },
  // Of events and their deliveries. What failed is tried again; what is dead was given up.
  pending: { word: "Pending", shape: "dashed-ring", tone: "grey" },
  processing: { word: "Processing", shape: "half-disc", tone: "blue" },
  completed: { word: "Completed", shape: "tick-disc", tone: "green" },
  failed: { word: "Retrying", shape: "turning-arrow", tone: "amber" },
  // Of schedules.
  active: { word: "Active", shape: "half-disc", tone: "blue" },
  paused: { word: "Paused", shape: "bars", tone: "amber" },
  disabled: { word: "Disabled", shape: "barred-ring", tone: "amber" },
  dead: { word: "Dead", shape: "octagon", tone: "vermilion" },
  delivered: { word: "Delivered", shape: "clock", tone: "violet" },
  taken: { word: "Taken", shape: "tick-disc", tone: "green" },
  ignored: { word: "Ignored", shape: "barred-ring", tone: "grey" },
  // Of decisions: what started something, what was meant not to, what is in the way, what is wrong.
  fired: { word: "Started", shape: "tick-disc", tone: "green" },
  "no-trigger": { word: "No trigger", shape: "diamond", tone: "grey" },
  filtered: { word: "Filtered", shape: "diamond", tone: "grey" },
  duplicate: { word: "Duplicate", shape: "diamond", tone: "grey" },
  "repeated-hour": { word: "Repeated hour", shape: "diamond", tone: "grey" },
  "overlap-skipped": { word: "Overlap", shape: "diamond", tone: "grey" },
  "outside-business-days": { word: "No business day", shape: "diamond", tone: "grey" },
  "correlation-missing": { word: "No key", shape: "barred-ring", tone: "amber" },
  unpublished: { word: "Not published", shape: "barred-ring", tone: "amber" },
  "missed-catchup": { word: "Missed", shape: "barred-ring", tone: "amber" },
  "workflow-paused": { word: "Workflow paused", shape: "bars", tone: "amber" },
  "schedule-paused": { word: "Schedule paused", shape: "bars", tone: "amber" },
  "schedule-disabled": { word: "Schedule off", shape: "bars", tone: "amber" },
  "tenant-suspended": { word: "Suspended", shape: "bars", tone: "amber" },
  "over-limit": { word: "Over the limit", shape: "clock", tone: "amber" },
  "payload-invalid": { word: "Payload misfit", shape: "octagon", tone: "vermilion" },
  unauthorised: { word: "Unauthorised", shape: "octagon", tone: "vermilion" },
  "dead-lettered": { word: "Given up", shape: "octagon", tone: "vermilion" },
} as const satisfies Record<string, StatusLook>;

export type KnownStatus = keyof typeof looks;

/** The statuses of runs, in the order in which the list offers them. */
export const runStatuses = [
  "QUEUED",
  "RUNNING",
  "WAITING",
  "PAUSED",
  "SUCCEEDED",
  "FAILED",
  "CANCELED",
] as const satisfies readonly KnownStatus[];
export type RunStatusWord = (typeof runStatuses)[number];

/** How a status is shown. One that a newer server adds is shown by its own word, in grey. */
export function lookOf(status: string): StatusLook {
  if (Object.hasOwn(looks, status)) return looks[status as KnownStatus];
  const words = status.toLowerCase().replaceAll("_", " ");
  return { word: words.charAt(0).toUpperCase() + words.slice(1), shape: "dashed-ring", tone: "grey" };
}

export function isRunStatus(status: unknown): status is RunStatusWord {
  return (runStatuses as readonly unknown[]).includes(status);
}

/** Whether a run in this status will not change any more. */
export function hasEnded(status: string): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELED";
}
