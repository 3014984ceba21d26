import type { ZoneOffset } from "../calendar/business-time.ts";
import { instantFromMs, parseInstantMs } from "../time/instant.ts";
import { clockChanges, type ClockChange } from "./clock-changes.ts";
import { isIn, only, parseCron } from "./cron.ts";
import { dayMatches, fires, localTimeMatches } from "./fires.ts";
import type {
  CalendarEntry,
  CompiledSchedule,
  IntervalEntry,
  ScheduleProblem,
  ScheduleRange,
  ScheduleSpec,
} from "./schedule.ts";

const { ceil, floor } = Math;
const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const yearMs = 366 * dayMs;
/** Changes of the clocks further away may yet be changed by law. */
export const foreseenYears = 5;
export const everyMinMs = secondMs;
export const everyMaxMs = 10 * yearMs;
const instantsMax = 1_000;

/** The clocks of a zone; undefined for one that nobody knows. */
export type ZoneOf = (zone: string) => ZoneOffset | undefined;

/** What a spec means from `fromMs` on, or every problem of it. */
export function compileSchedule(
  spec: ScheduleSpec,
  zoneOf: ZoneOf,
  fromMs: number,
): { readonly compiled: CompiledSchedule } | { readonly problems: readonly ScheduleProblem[] } {
  if ("cron" in spec) return compileCron(spec, zoneOf, fromMs);
  if ("everyMs" in spec) return compileInterval(spec);
  return compileOnce(spec);
}

function compileCron(
  { cron, zone }: { readonly cron: string; readonly zone: string },
  zoneOf: ZoneOf,
  fromMs: number,
): ReturnType<typeof compileSchedule> {
  const parsed = parseCron(cron);
  const offset = zoneOf(zone);
  const problems: ScheduleProblem[] = "problems" in parsed ? [...parsed.problems] : [];
  if (offset === undefined)
    problems.push({ code: "ZONE_UNKNOWN", pointer: "/zone", message: `Nobody here knows the clocks of "${zone}".` });
  if (offset === undefined || "problems" in parsed) return { problems };
  const { entry, anyHour } = parsed;
  const plain: CompiledSchedule = {
    kind: "cron",
    zone,
    calendars: [entry],
    skips: [],
    intervals: [],
    refusesRepetition: !anyHour,
    untilMs: fromMs + foreseenYears * yearMs,
  };
  // From a day before: the hour that is just being repeated began earlier.
  const changes = clockChanges(offset, fromMs - dayMs, plain.untilMs);
  if (anyHour) {
    const minute = minutesInUtc(entry, [offset(fromMs), ...changes.flatMap((change) => [change.fromMs, change.toMs])]);
    if (minute !== undefined) return { compiled: { ...plain, zone: "UTC", calendars: [{ ...entry, minute }] } };
  }
  const gaps = anyHour ? [] : changes.filter((change) => losesAny(entry, change));
  return { compiled: withInstants({ ...plain, calendars: [entry, ...gaps.map(afterGap)] }, offset, changes) };
}

/**
 * Where every hour of every day is meant, only the minutes of a zone matter, and UTC counts elapsed time as it is.
 * @returns undefined where the minutes are others after a change, or days are restricted
 */
function minutesInUtc(entry: CalendarEntry, offsets: readonly number[]): readonly ScheduleRange[] | undefined {
  if (
    ![entry.dayOfMonth, entry.month, entry.dayOfWeek].every((ranges, index) => isWhole(ranges, daySpans[index] as Span))
  )
    return undefined;
  const shifted = [...new Set(offsets)].map((offsetMs) => {
    const minutes: number[] = [];
    for (let minute = 0; minute < 60; minute += 1)
      if (isIn(entry.minute, (((minute + offsetMs / minuteMs) % 60) + 60) % 60)) minutes.push(minute);
    return minutes;
  });
  const [first = []] = shifted;
  if (shifted.some((minutes) => minutes.join() !== first.join())) return undefined;
  return isWhole(entry.minute, [0, 59]) ? entry.minute : first.map(only);
}

type Span = readonly [min: number, max: number];
const daySpans: readonly Span[] = [
  [1, 31],
  [1, 12],
  [0, 6],
];

function isWhole(ranges: readonly ScheduleRange[], [min, max]: Span): boolean {
  return ranges.length === 1 && ranges[0]?.start === min && ranges[0].end === max && ranges[0].step === 1;
}

/** Whether the clocks leave out local times that an entry means, without meaning the first one after them. */
function losesAny(entry: CalendarEntry, { atMs, fromMs, toMs }: ClockChange): boolean {
  if (toMs <= fromMs || localTimeMatches(entry, atMs + toMs)) return false;
  for (let localMs = ceil((atMs + fromMs) / minuteMs) * minuteMs; localMs < atMs + toMs; localMs += minuteMs)
    if (localTimeMatches(entry, localMs)) return true;
  return false;
}

/** The first local time after a gap, whatever was lost in it. */
function afterGap({ atMs, toMs }: ClockChange): CalendarEntry {
  return exactly(atMs + toMs, "The clocks leave out a time that is meant: the first instant after it.");
}

/**
 * Around a change Temporal (1.5 to 1.9) takes some local times for others: those that come twice, unless they are west of Greenwich and come
 * an hour apart; those just after a gap that does not end with the hour; and the day of the week where midnight is left out. What it would
 * lose by that is an instant there, and what it would add is skipped. Where the instants are many, the nearer changes must do: whoever
 * keeps a schedule compiles it again in time.
 */
function withInstants(
  compiled: CompiledSchedule,
  offset: ZoneOffset,
  changes: readonly ClockChange[],
): CompiledSchedule {
  const intervals: IntervalEntry[] = [];
  const skips: CalendarEntry[] = [];
  for (const change of changes) {
    const doubtful = doubtfulAround(compiled.calendars, change);
    if (doubtful === undefined) continue;
    const instants = [...fires(compiled, offset, doubtful.afterMs, doubtful.untilMs)];
    if (intervals.length + instants.length > instantsMax && intervals.length > 0)
      return { ...compiled, skips, intervals, untilMs: change.atMs - dayMs };
    // Temporal counts intervals from 1970, and the first is the instant itself: the second lies beyond what is foreseen.
    intervals.push(...instants.map((everyMs) => ({ everyMs, offsetMs: 0 })));
    skips.push(...doubtful.skips);
  }
  return { ...compiled, skips, intervals };
}

interface Doubtful {
  readonly afterMs: number;
  readonly untilMs: number;
  readonly skips: readonly CalendarEntry[];
}

function doubtfulAround(
  calendars: readonly CalendarEntry[],
  { atMs, fromMs, toMs }: ClockChange,
): Doubtful | undefined {
  const shiftMs = fromMs - toMs;
  const [entry] = calendars as readonly [CalendarEntry];
  if (shiftMs > 0) {
    if (shiftMs === hourMs && toMs < 0) return undefined;
    const skips: CalendarEntry[] = [];
    for (let localMs = floor((atMs + toMs) / hourMs) * hourMs; localMs < atMs + fromMs; localMs += hourMs) {
      const minute = unmeantMinutes(calendars, localMs);
      // By half an hour it also takes one minute for another.
      if (minute.length === 60 || shiftMs % hourMs !== 0) skips.push(...skipped(localMs, minute));
    }
    return { afterMs: atMs - shiftMs - 1, untilMs: atMs + 2 * hourMs, skips };
  }
  const day = floor((atMs + toMs) / dayMs);
  if (day * dayMs >= atMs + fromMs && !isWhole(entry.dayOfWeek, [0, 6])) {
    const all = { hour: [whole(23)], minute: [whole(59)], second: [whole(59)] };
    const skips = dayMatches(entry, day) ? [] : [{ ...exactly(day * dayMs, unmeant), ...all }];
    return { afterMs: atMs - 1, untilMs: atMs + dayMs, skips };
  }
  if ((atMs + toMs) % hourMs === 0) return undefined;
  const localMs = floor((atMs + toMs) / hourMs) * hourMs;
  const skips = skipped(localMs, unmeantMinutes(calendars, localMs));
  return { afterMs: atMs - 1, untilMs: atMs + hourMs, skips };
}

/** Minutes of a local hour that no calendar means. */
function unmeantMinutes(calendars: readonly CalendarEntry[], hourStartMs: number): number[] {
  const minutes: number[] = [];
  for (let minute = 0; minute < 60; minute += 1)
    if (!calendars.some((entry) => localTimeMatches(entry, hourStartMs + minute * minuteMs))) minutes.push(minute);
  return minutes;
}

function skipped(hourStartMs: number, minutes: readonly number[]): CalendarEntry[] {
  if (minutes.length === 0) return [];
  const minute = minutes.length === 60 ? [whole(59)] : minutes.map(only);
  return [{ ...exactly(hourStartMs, unmeant), minute, second: [whole(59)] }];
}

const unmeant = "Near a change of the clocks, and not meant.";

function whole(end: number): ScheduleRange {
  return { start: 0, end, step: 1 };
}

function exactly(localMs: number, comment: string): CalendarEntry {
  const text = instantFromMs(localMs);
  const part = (from: number, to: number) => [only(Number(text.slice(from, to)))];
  return {
    second: part(17, 19),
    minute: part(14, 16),
    hour: part(11, 13),
    dayOfMonth: part(8, 10),
    month: part(5, 7),
    dayOfWeek: [{ start: 0, end: 6, step: 1 }],
    year: part(0, 4),
    comment,
  };
}

const elapsed = {
  zone: "UTC",
  refusesRepetition: false,
  // The clocks of UTC never change: no end.
  untilMs: 253_402_300_799_999,
} as const;

function compileInterval({
  everyMs,
  offsetMs = 0,
}: {
  readonly everyMs: number;
  readonly offsetMs?: number;
}): ReturnType<typeof compileSchedule> {
  const problems: ScheduleProblem[] = [];
  const refuse = (pointer: string, message: string): void =>
    void problems.push({ code: "INTERVAL_INVALID", pointer, message });
  if (!(everyMs >= everyMinMs && everyMs <= everyMaxMs && everyMs % secondMs === 0))
    refuse("/everyMs", "An interval is a number of whole seconds, in milliseconds, from one second to ten years.");
  else if (!(offsetMs >= 0 && offsetMs < everyMs && offsetMs % secondMs === 0))
    refuse("/offsetMs", "The offset is a number of whole seconds, in milliseconds, that is less than the interval.");
  if (problems.length > 0) return { problems };
  return { compiled: { ...elapsed, kind: "interval", calendars: [], skips: [], intervals: [{ everyMs, offsetMs }] } };
}

function compileOnce({ at }: { readonly at: string }): ReturnType<typeof compileSchedule> {
  const atMs = parseInstantMs(at);
  if (atMs === undefined || at.length <= 10 || atMs < 0 || atMs >= 4_102_444_800_000) {
    const message = "It is no instant such as 2031-03-30T08:00:00Z before the year 2100.";
    return { problems: [{ code: "INSTANT_INVALID", pointer: "/at", message }] };
  }
  // To the second, and not before it was asked for.
  const wholeMs = ceil(atMs / secondMs) * secondMs;
  return {
    compiled: { ...elapsed, kind: "once", calendars: [exactly(wholeMs, "Once.")], skips: [], intervals: [] },
  };
}
