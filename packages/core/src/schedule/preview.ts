import type { BusinessCalendar } from "../calendar/calendar.ts";
import type { ZoneOffset } from "../calendar/business-time.ts";
import { instantFromMs } from "../time/instant.ts";
import { compileSchedule, type ZoneOf } from "./compile-schedule.ts";
import { fires } from "./fires.ts";
import type { ScheduleProblem, ScheduleSpec } from "./schedule.ts";

const { floor } = Math;
const dayMs = 86_400_000;
const horizonMs = 60 * 366 * dayMs;
const lookedAtMax = 20_000;

/** Local days on which business is done, and the zone of their clocks. */
export interface BusinessDays {
  readonly calendar: BusinessCalendar;
  readonly offset: ZoneOffset;
}

/** Whether an instant lies on a local day that has business hours, at whatever time of it. */
export function isBusinessDay({ calendar, offset }: BusinessDays, atMs: number): boolean {
  const day = floor((atMs + offset(atMs)) / dayMs);
  const date = instantFromMs(day * dayMs).slice(0, 10);
  if (Object.hasOwn(calendar.dates, date)) return (calendar.dates[date]?.length ?? 0) > 0;
  // 1970-01-01 was a Thursday; the week begins with Monday.
  return (calendar.week[(((day + 3) % 7) + 7) % 7]?.length ?? 0) > 0;
}

/**
 * The next nominal times, from the same structure that Temporal is given; fewer than asked for where it ends, or finds none within 60 years.
 * @param fromMs not itself
 */
export function previewSchedule(
  spec: ScheduleSpec,
  zoneOf: ZoneOf,
  options: { readonly fromMs: number; readonly count: number; readonly businessDays?: BusinessDays | undefined },
): { readonly fires: readonly number[] } | { readonly problems: readonly ScheduleProblem[] } {
  const { count, businessDays } = options;
  const found: number[] = [];
  let fromMs = options.fromMs;
  for (let lookedAt = 0; fromMs < options.fromMs + horizonMs;) {
    const result = compileSchedule(spec, zoneOf, fromMs);
    if ("problems" in result) return result;
    const { compiled } = result;
    const untilMs = compiled.untilMs < options.fromMs + horizonMs ? compiled.untilMs : options.fromMs + horizonMs;
    const offset = zoneOf(compiled.zone);
    if (offset === undefined) return { fires: found };
    for (const atMs of fires(compiled, offset, fromMs, untilMs)) {
      if (businessDays === undefined || isBusinessDay(businessDays, atMs)) found.push(atMs);
      lookedAt += 1;
      if (found.length >= count || lookedAt >= lookedAtMax) return { fires: found };
    }
    fromMs = untilMs;
  }
  return { fires: found };
}
