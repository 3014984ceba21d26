/** Open from one minute of the local day to another, which is not open itself any more. */
export type OpenMinutes = readonly [from: number, to: number];

/** When business is done: weekly hours in a zone, days off, and days that are otherwise. Plain JSON. */
export interface BusinessCalendar {
  /** IANA: `Europe/Berlin`. */
  readonly zone: string;
  /** Monday first; each day's hours in order. */
  readonly week: readonly (readonly OpenMinutes[])[];
  /** Hours of single local dates, `2030-04-19`; none: closed. */
  readonly dates: { readonly [date: string]: readonly OpenMinutes[] };
}

/** A calendar as people write it. */
export interface CalendarDefinition {
  readonly zone: string;
  /** By day or days: `mon`, `mon-fri`; hours as `09:00-17:00`. */
  readonly week: { readonly [days: string]: readonly string[] };
  readonly holidays?: readonly string[];
  readonly exceptions?: { readonly [date: string]: readonly string[] };
}

export const dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Why a calendar means nothing; `pointer` leads to the hours in question. */
export interface CalendarProblem {
  readonly problem: string;
  readonly pointer: string;
}

/** What a definition of the right shape means, or why it means nothing. */
export function compileCalendar(given: CalendarDefinition): BusinessCalendar | CalendarProblem {
  const week: OpenMinutes[][] = dayNames.map(() => []);
  for (const days of Object.keys(given.week)) {
    const hours = openMinutes(given.week[days] as readonly string[]);
    if (hours === undefined)
      return { problem: `The hours of ${days} overlap, or are not in order.`, pointer: `/week/${days}` };
    for (const day of daysOf(days)) {
      if ((week[day] as OpenMinutes[]).length > 0)
        return { problem: `The hours of ${dayNames[day]} are given twice.`, pointer: `/week/${days}` };
      week[day] = hours;
    }
  }
  const dates: { [date: string]: readonly OpenMinutes[] } = {};
  for (const date of given.holidays ?? []) dates[date] = [];
  for (const date of Object.keys(given.exceptions ?? {})) {
    const hours = openMinutes(given.exceptions?.[date] ?? []);
    if (hours === undefined)
      return { problem: `The hours of ${date} overlap, or are not in order.`, pointer: `/exceptions/${date}` };
    dates[date] = hours;
  }
  return { zone: given.zone, week, dates };
}

/** Monday is 0. `fri-mon` goes over the weekend. */
function daysOf(text: string): number[] {
  const [first, last = first] = text.split("-").map((name) => dayNames.indexOf(name as (typeof dayNames)[number]));
  const days: number[] = [];
  for (let day = first as number; ; day = (day + 1) % 7) {
    days.push(day);
    if (day === last || days.length === 7) return days;
  }
}

function openMinutes(hours: readonly string[]): OpenMinutes[] | undefined {
  const open: OpenMinutes[] = [];
  for (const text of hours) {
    const [from = 0, to = 0] = text.split("-").map(minutesOf);
    const before = open.at(-1);
    if (from >= to || (before !== undefined && from < before[1])) return undefined;
    open.push([from, to]);
  }
  return open;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
