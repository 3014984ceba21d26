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
  RESOLVED: { word: "Resolved", shape: "tick-disc", tone: "green" },
  // Of tasks only.
  OPEN: { word: "Open", shape: "clock", tone: "violet" },
  CLAIMED: { word: "Claimed", shape: "half-disc", tone: "blue" },
  COMPLETED: { word: "Completed", shape: "tick-disc", tone: "green" },
  EXPIRED: { word: "Expired", shape: "barred-ring", tone: "grey" },
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
