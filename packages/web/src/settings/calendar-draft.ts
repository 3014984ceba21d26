import type { CalendarReply } from "@mainspring/api";

export const dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type DayName = (typeof dayNames)[number];

/** A calendar as it is typed: hours as `09:00-12:00, 13:00-17:00`, dates one a line. */
export interface CalendarDraft {
  readonly zone: string;
  readonly week: { readonly [day in DayName]: string };
  readonly holidays: string;
  /** `2031-12-24 09:00-12:00` a line. */
  readonly exceptions: string;
}

export function emptyCalendar(zone: string): CalendarDraft {
  const work = "09:00-17:00";
  const week = { mon: work, tue: work, wed: work, thu: work, fri: work, sat: "", sun: "" };
  return { zone, week, holidays: "", exceptions: "" };
}

/** Each day by itself, where the calendar has several together. */
export function calendarDraftOf({ zone, week, holidays, exceptions }: CalendarReply): CalendarDraft {
  return {
    zone,
    week: Object.fromEntries(dayNames.map((day) => [day, hoursOf(week, day).join(", ")])) as CalendarDraft["week"],
    holidays: (holidays ?? []).join("\n"),
    exceptions: Object.entries(exceptions ?? {})
      .map(([date, hours]) => `${date} ${hours.join(", ")}`.trim())
      .join("\n"),
  };
}

/** What is sent; whether it means anything the server says, with the place. */
export function calendarBodyOf({ zone, week, holidays, exceptions }: CalendarDraft) {
  const days = dayNames.flatMap((day) => {
    const hours = hoursIn(week[day]);
    return hours.length === 0 ? [] : [[day, hours] as const];
  });
  const dates = linesOf(holidays);
  const special = linesOf(exceptions).map((line) => {
    const [date = "", ...rest] = line.split(/\s+/);
    return [date.replace(/:$/, ""), hoursIn(rest.join(" "))] as const;
  });
  return {
    zone: zone.trim(),
    week: Object.fromEntries(days),
    ...(dates.length === 0 ? {} : { holidays: dates }),
    ...(special.length === 0 ? {} : { exceptions: Object.fromEntries(special) }),
  };
}

/** The hours of a day, whichever way the calendar names it. */
function hoursOf(week: CalendarReply["week"], day: DayName): readonly string[] {
  for (const [days, hours] of Object.entries(week)) {
    const [first, last = first] = days.split("-");
    const [from, to] = [dayNames.indexOf(first as DayName), dayNames.indexOf(last as DayName)];
    const at = dayNames.indexOf(day);
    // `fri-mon` goes over the weekend.
    if (from <= to ? at >= from && at <= to : at >= from || at <= to) return hours;
  }
  return [];
}

/** A week in short, equal neighbours together: `Mon-Fri 09:00-17:00, Sat 10:00-14:00`. */
export function weekText({ week }: Pick<CalendarReply, "week">): string {
  const groups: { from: DayName; to: DayName; hours: string }[] = [];
  for (const day of dayNames) {
    const hours = hoursOf(week, day).join(" and ");
    const before = groups.at(-1);
    if (before !== undefined && before.hours === hours) before.to = day;
    else groups.push({ from: day, to: day, hours });
  }
  const open = groups.filter(({ hours }) => hours !== "");
  if (open.length === 0) return "Never open";
  return open
    .map(({ from, to, hours }) => `${from === to ? capital(from) : `${capital(from)}-${capital(to)}`} ${hours}`)
    .join(", ");
}

function capital(day: DayName): string {
  return day.charAt(0).toUpperCase() + day.slice(1);
}

function hoursIn(text: string): string[] {
  return text
    .split(/[,;]|\s+and\s+/)
    .map((part) => part.replaceAll(/\s+/g, ""))
    .filter((part) => part !== "");
}

function linesOf(text: string): string[] {
  return text
    .split(/[\n,](?!\s*\d{2}:)/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
