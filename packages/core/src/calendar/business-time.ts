import type { Instant } from "../interpreter/transition.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import type { BusinessCalendar, OpenMinutes } from "./calendar.ts";

/** So many milliseconds a zone's clocks are ahead of UTC at an instant. Zones change by law: whoever computes brings them. */
export type ZoneOffset = (atMs: number) => number;

/** Of either at least one; days first. */
export interface BusinessSpan {
  readonly days?: number;
  readonly hours?: number;
}

const { floor, ceil, min } = Math;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Nothing waits longer, so nothing is looked for beyond. */
const daysMax = 3_660;

/**
 * When a span of business time that begins at an instant is over; undefined: not within ten years.
 *
 * Outside of business hours it begins with the next of them. A business day leads to the same local time of the next day
 * that has hours, or to the nearest of its hours that is not before it, or to its close; business hours are counted
 * while it is open. A local time that a change of the clocks leaves out is the first instant after it; of one that comes
 * twice the first counts.
 */
export function businessInstant(
  calendar: BusinessCalendar,
  span: BusinessSpan,
  from: Instant,
  offset: ZoneOffset,
): Instant | undefined {
  const fromMs = instantMs(from);
  const days = ceil(span.days ?? 0);
  const hours = span.hours ?? 0;
  if (!(days > 0) && !(hours > 0)) return from;
  const zone = new Zone(calendar, offset);
  let atMs = zone.openFrom(fromMs);
  if (atMs !== undefined && days > 0) atMs = zone.afterDays(atMs, days);
  if (atMs !== undefined && hours > 0) atMs = zone.afterOpen(atMs, hours * hourMs);
  return atMs === undefined ? undefined : instantFromMs(atMs);
}

/** A calendar on the clocks of its zone. A local day is counted from 1970-01-01. */
class Zone {
  readonly #calendar: BusinessCalendar;
  readonly #offset: ZoneOffset;

  constructor(calendar: BusinessCalendar, offset: ZoneOffset) {
    this.#calendar = calendar;
    this.#offset = offset;
  }

  /** The instant itself when it is open then, or the next opening. */
  openFrom(atMs: number): number | undefined {
    for (const [openMs, closeMs] of this.#openings(atMs)) {
      if (atMs < closeMs) return atMs > openMs ? atMs : openMs;
    }
    return undefined;
  }

  afterDays(atMs: number, days: number): number | undefined {
    const localMs = atMs + this.#offset(atMs);
    const day = floor(localMs / dayMs);
    const minute = (localMs - day * dayMs) / minuteMs;
    let left = days;
    for (let next = day + 1; next <= day + daysMax; next += 1) {
      const hours = this.#hoursOf(next);
      if (hours.length === 0) continue;
      left -= 1;
      if (left > 0) continue;
      const open = hours.find(([, to]) => minute < to);
      if (open === undefined) return this.#instant(next, (hours.at(-1) as OpenMinutes)[1]);
      return this.#instant(next, minute > open[0] ? minute : open[0]);
    }
    return undefined;
  }

  /** When it has been open for so long. */
  afterOpen(atMs: number, durationMs: number): number | undefined {
    let leftMs = durationMs;
    for (const [openMs, closeMs] of this.#openings(atMs)) {
      const beginMs = atMs > openMs ? atMs : openMs;
      if (beginMs >= closeMs) continue;
      if (leftMs <= closeMs - beginMs) return beginMs + leftMs;
      leftMs -= closeMs - beginMs;
    }
    return undefined;
  }

  /** The times of opening from the day of an instant on. */
  *#openings(atMs: number): Generator<readonly [openMs: number, closeMs: number]> {
    const day = floor((atMs + this.#offset(atMs)) / dayMs);
    for (let next = day; next <= day + daysMax; next += 1)
      for (const [from, to] of this.#hoursOf(next)) yield [this.#instant(next, from), this.#instant(next, to)];
  }

  #hoursOf(day: number): readonly OpenMinutes[] {
    const { dates, week } = this.#calendar;
    const date = instantFromMs(day * dayMs).slice(0, 10);
    if (Object.hasOwn(dates, date)) return dates[date] as readonly OpenMinutes[];
    // 1970-01-01 was a Thursday.
    return week[(((day + 3) % 7) + 7) % 7] ?? [];
  }

  #instant(day: number, minute: number): number {
    const localMs = day * dayMs + minute * minuteMs;
    const early = localMs - this.#offset(localMs - dayMs);
    if (early + this.#offset(early) === localMs) return early;
    const late = localMs - this.#offset(localMs + dayMs);
    if (late + this.#offset(late) === localMs) return late;
    // The clocks leave it out: the change lies between the two.
    let [before, after] = [min(early, late), Math.max(early, late)];
    const changed = this.#offset(after);
    while (after - before > 1) {
      const middle = floor((before + after) / 2);
      if (this.#offset(middle) === changed) after = middle;
      else before = middle;
    }
    return after;
  }
}
