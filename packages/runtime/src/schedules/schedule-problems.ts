import { explainCode, MainspringError } from "@mainspring/core";

/** A place in a request, and what is wrong there. */
export interface ScheduleIssue {
  readonly code: string;
  readonly severity: "error";
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

type InvalidCode =
  | "SCHEDULE_INVALID"
  | "CRON_INVALID"
  | "CRON_AMBIGUOUS_DAYS"
  | "ZONE_UNKNOWN"
  | "INTERVAL_INVALID"
  | "INSTANT_INVALID";

export function issueAt(pointer: string, message: string, code = "SCHEDULE_INVALID"): ScheduleIssue {
  return { code, severity: "error", pointer, message, remedy: explainCode(code)?.remedy ?? "Correct it." };
}

/** All at once, under the code of the first. */
export function invalid(issues: readonly ScheduleIssue[]): MainspringError {
  const code = (issues[0]?.code ?? "SCHEDULE_INVALID") as InvalidCode;
  return new MainspringError(code, { issues }, issues.map(({ message }) => message).join(" "));
}
