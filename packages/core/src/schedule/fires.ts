import type { ZoneOffset } from "../calendar/business-time.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import { instantsOf } from "./clock-changes.ts";
import { isIn } from "./cron.ts";
import type { CalendarEntry, CompiledSchedule, ScheduleRange } from "./schedule.ts";

const { floor, max, min } = Math;
const secondMs = 1_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Clocks differ from UTC, and are set back, by less. */
const offsetMaxMs = 15 * hourMs;
const setBackMaxMs = 4 * hourMs;

/**
 * The nominal times at which a compiled schedule fires, in order, each once.
 * @param afterMs not itself
 * @param untilMs itself as well
 */
export function* fires(
  compiled: CompiledSchedule,
  offset: ZoneOffset,
  afterMs: number,
  untilMs: number,
): Generator<number> {
  const sources = [
    ...(compiled.calendars.length === 0 ? [] : [ofCalendars(compiled, offset, afterMs, untilMs)]),
    ...compiled.intervals.map((entry) => ofInterval(entry, afterMs, untilMs)),
  ].map((source) => ({ source, next: source.next() }));
  for (;;) {
    let firstMs: number | undefined;
    for (const { next } of sources) {
      if (next.done !== true && (firstMs === undefined || next.value < firstMs)) firstMs = next.value;
    }
    if (firstMs === undefined) return;
    for (const one of sources) if (one.next.value === firstMs) one.next = one.source.next();
    const localMs = firstMs + (compiled.skips.length === 0 ? 0 : offset(firstMs));
    if (!compiled.skips.some((skip) => localTimeMatches(skip, localMs))) yield firstMs;
  }
}

function* ofInterval(
  { everyMs, offsetMs }: { readonly everyMs: number; readonly offsetMs: number },
  afterMs: number,
  untilMs: number,
): Generator<number> {
  for (let atMs = (floor((afterMs - offsetMs) / everyMs) + 1) * everyMs + offsetMs; atMs <= untilMs; atMs += everyMs)
    yield atMs;
}

/** Day by day on the clocks of the zone. */
function* ofCalendars(
  { calendars, refusesRepetition }: CompiledSchedule,
  offset: ZoneOffset,
  afterMs: number,
  untilMs: number,
): Generator<number> {
  const times = calendars.map(timesOf);
  const [begin, end] = yearsOf(calendars);
  const lastDay = min(floor((untilMs + offsetMaxMs) / dayMs), end);
  let held: number[] = [];
  for (let day = max(floor((afterMs - offsetMaxMs) / dayMs), begin); day <= lastDay; day += 1) {
    const matching = calendars.flatMap((entry, index) => (dayMatches(entry, day) ? (times[index] as number[]) : []));
    if (matching.length > 0) {
      const startMs = day * dayMs;
      const steady = offset(startMs - dayMs);
      const isSteady = steady === offset(startMs + 2 * dayMs);
      for (const time of matching) {
        const instants = isSteady ? [startMs + time - steady] : instantsOf(offset, startMs + time);
        held.push(...(refusesRepetition ? instants.slice(0, 1) : instants));
      }
    }
    if (held.length === 0) continue;
    // What the days from tomorrow on can still bring lies behind this.
    const certainMs = (day + 1) * dayMs - offset(day * dayMs) - setBackMaxMs;
    const sorted = [...new Set(held)].sort((a, b) => a - b);
    held = sorted.filter((atMs) => atMs >= certainMs);
    for (const atMs of sorted) {
      if (atMs >= certainMs) break;
      if (atMs > untilMs) return;
      if (atMs > afterMs) yield atMs;
    }
  }
  for (const atMs of held) if (atMs > afterMs && atMs <= untilMs) yield atMs;
}

/** The local days outside of which no calendar means anything. */
function yearsOf(calendars: readonly CalendarEntry[]): readonly [begin: number, end: number] {
  const years = calendars.flatMap(({ year }) => year);
  if (calendars.some(({ year }) => year.length === 0)) return [-1e6, 1e7];
  const first = min(...years.map(({ start }) => start));
  const last = max(...years.map(({ end }) => end));
  return [instantMs(`${first}-01-01`) / dayMs, instantMs(`${last}-12-31`) / dayMs];
}

/** Milliseconds of the local day, in order. */
function timesOf({ hour, minute, second }: CalendarEntry): number[] {
  const times: number[] = [];
  for (const h of valuesOf(hour))
    for (const m of valuesOf(minute))
      for (const s of valuesOf(second)) times.push(h * hourMs + m * 60_000 + s * secondMs);
  return times;
}

function valuesOf(ranges: readonly ScheduleRange[]): number[] {
  const values = new Set<number>();
  for (const { start, end, step } of ranges) for (let value = start; value <= end; value += step) values.add(value);
  return [...values].sort((a, b) => a - b);
}

/** Whether an entry means a local day, counted from 1970-01-01. */
export function dayMatches({ year, month, dayOfMonth, dayOfWeek }: CalendarEntry, day: number): boolean {
  // 1970-01-01 was a Thursday.
  if (!isIn(dayOfWeek, (((day + 4) % 7) + 7) % 7)) return false;
  const date = instantFromMs(day * dayMs);
  return (
    isIn(month, Number(date.slice(5, 7))) &&
    isIn(dayOfMonth, Number(date.slice(8, 10))) &&
    (year.length === 0 || isIn(year, Number(date.slice(0, 4))))
  );
}

/** Whether an entry means a local time. */
export function localTimeMatches(entry: CalendarEntry, localMs: number): boolean {
  const day = floor(localMs / dayMs);
  const inDay = localMs - day * dayMs;
  return (
    isIn(entry.hour, floor(inDay / hourMs)) &&
    isIn(entry.minute, floor(inDay / 60_000) % 60) &&
    isIn(entry.second, floor(inDay / secondMs) % 60) &&
    dayMatches(entry, day)
  );
}
