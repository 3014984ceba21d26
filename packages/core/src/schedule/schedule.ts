/** When a schedule starts runs, as people write it. */
export type ScheduleSpec =
  /** Five fields on the clocks of an IANA zone. */
  | { readonly cron: string; readonly zone: string }
  /** Whole seconds of elapsed time, counted from 1970: an interval has no zone. */
  | { readonly everyMs: number; readonly offsetMs?: number }
  /** Once, RFC 3339; to the second. */
  | { readonly at: string };

/** Inclusive; as in Temporal's structured calendars. */
export interface ScheduleRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Local times that match every field. Days of the week begin with Sunday, 0; no year: each. */
export interface CalendarEntry {
  readonly second: readonly ScheduleRange[];
  readonly minute: readonly ScheduleRange[];
  readonly hour: readonly ScheduleRange[];
  readonly dayOfMonth: readonly ScheduleRange[];
  readonly month: readonly ScheduleRange[];
  readonly dayOfWeek: readonly ScheduleRange[];
  readonly year: readonly ScheduleRange[];
  /** Why it is there, for whoever reads it in Temporal. */
  readonly comment: string;
}

/** Every `everyMs` since 1970, `offsetMs` later. */
export interface IntervalEntry {
  readonly everyMs: number;
  readonly offsetMs: number;
}

/** What Temporal is given, and what previews are computed from. Plain JSON. */
export interface CompiledSchedule {
  readonly kind: "cron" | "interval" | "once";
  /** Of all calendars. */
  readonly zone: string;
  readonly calendars: readonly CalendarEntry[];
  /** What they match, and is not meant. */
  readonly skips: readonly CalendarEntry[];
  readonly intervals: readonly IntervalEntry[];
  /**
   * False: what matches twice a day because the clocks are set back counts once, the first time. A wildcard hour, an interval and an
   * instant follow elapsed time.
   */
  readonly refusesRepetition: boolean;
  /** Changes of the clocks are accounted for until then. */
  readonly untilMs: number;
}

/** Why a spec means nothing; the pointer leads into it. */
export interface ScheduleProblem {
  readonly code: "CRON_INVALID" | "CRON_AMBIGUOUS_DAYS" | "ZONE_UNKNOWN" | "INTERVAL_INVALID" | "INSTANT_INVALID";
  readonly pointer: string;
  readonly message: string;
}
