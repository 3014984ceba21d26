import type { CalendarEntry, ScheduleProblem, ScheduleRange } from "./schedule.ts";

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The first stands for `min`. */
  readonly names: readonly string[];
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: months },
  // 7 is Sunday as well.
  { name: "day of week", min: 0, max: 7, names: weekdays },
];

/** Longest months; whether February has a 29th is for each year to say. */
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const textMax = 500;

export interface ParsedCron {
  readonly entry: CalendarEntry;
  /** The hour is `*`. */
  readonly anyHour: boolean;
}

/**
 * A closed dialect: five fields of numbers or names, lists, ranges, and steps over a range or `*`. Everything else that some program takes is
 * refused, and so are two restricted day fields: half of the world reads them as "and", the other half as "or".
 */
export function parseCron(text: string): ParsedCron | { readonly problems: readonly ScheduleProblem[] } {
  const problems: ScheduleProblem[] = [];
  const refuse = (message: string, code: ScheduleProblem["code"] = "CRON_INVALID"): void =>
    void problems.push({ code, pointer: "/cron", message });
  if (text.length > textMax) {
    refuse(`It is longer than ${textMax} characters.`);
    return { problems };
  }
  const parts = text.split(/[ \t]+/).filter((part) => part !== "");
  if (parts.length !== fields.length) {
    refuse(
      `It has ${parts.length === 1 ? "one field" : `${parts.length} fields`}, and not the five of minute, hour, day of month, month and day of week.`,
    );
    return { problems };
  }
  const ranges = fields.map((field, index) => {
    const read = rangesOf(field, parts[index] as string);
    if (typeof read !== "string") return read;
    refuse(`The ${field.name} "${(parts[index] as string).slice(0, 60)}" ${read}`);
    return [];
  });
  if (problems.length > 0) return { problems };
  if (parts[2] !== "*" && parts[4] !== "*")
    refuse(
      `Both the day of month "${parts[2]}" and the day of week "${parts[4]}" are restricted: some read that as "and", others as "or".`,
      "CRON_AMBIGUOUS_DAYS",
    );
  const [minute = [], hour = [], dayOfMonth = [], month = [], dayOfWeek = []] = ranges;
  const entry: CalendarEntry = {
    second: [only(0)],
    minute,
    hour,
    dayOfMonth,
    month,
    dayOfWeek,
    year: [],
    comment: text,
  };
  if (!someDayExists(entry)) refuse("None of these months has such a day.");
  return problems.length > 0 ? { problems } : { entry, anyHour: parts[1] === "*" };
}

export function only(value: number): ScheduleRange {
  return { start: value, end: value, step: 1 };
}

export function isIn(ranges: readonly ScheduleRange[], value: number): boolean {
  return ranges.some(({ start, end, step }) => value >= start && value <= end && (value - start) % step === 0);
}

function someDayExists({ month, dayOfMonth }: CalendarEntry): boolean {
  return monthDays.some((days, index) => {
    if (!isIn(month, index + 1)) return false;
    for (let day = 1; day <= days; day += 1) if (isIn(dayOfMonth, day)) return true;
    return false;
  });
}

/** @returns why the text is no such field */
function rangesOf(field: Field, text: string): readonly ScheduleRange[] | string {
  if (text === "*") return [{ start: field.min, end: isWeek(field) ? 6 : field.max, step: 1 }];
  const values: ScheduleRange[] = [];
  for (const part of text.split(",")) {
    const read = rangeOf(field, part);
    if (typeof read === "string") return read;
    values.push(...read);
  }
  return values;
}

function rangeOf(field: Field, text: string): readonly ScheduleRange[] | string {
  const [range = "", step, ...rest] = text.split("/");
  if (rest.length > 0) return "has two steps in one.";
  if (step !== undefined && !/^\d{1,3}$/.test(step)) return "has a step that is no number.";
  const by = step === undefined ? 1 : Number(step);
  if (by < 1) return "has a step of nothing.";
  const ends = range === "*" ? undefined : range.split("-");
  if (ends === undefined) return stepped(field, field.min, isWeek(field) ? 6 : field.max, by);
  if (ends.length > 2) return "has a range with more than two ends.";
  const [first, last = first] = ends.map((end) => valueOf(field, end));
  if (first === undefined || last === undefined)
    return `has something other than ${field.min} to ${field.max}${field.names.length > 0 ? ` or ${field.names[0]} to ${field.names.at(-1)}` : ""}, *, lists, ranges and steps.`;
  if (step !== undefined && ends.length === 1)
    return `has a step over a single value: ${ends[0]}-${isWeek(field) ? 6 : field.max}/${step} says from where to where.`;
  if (first > last) return "has a range that ends before it begins.";
  return stepped(field, first, last, by);
}

function stepped(field: Field, start: number, end: number, step: number): readonly ScheduleRange[] {
  if (!isWeek(field) || end < 7) return [{ start, end, step }];
  // Sunday by its second number.
  const sunday = (7 - start) % step === 0 ? [only(0)] : [];
  return start === 7 ? sunday : [{ start, end: 6, step }, ...sunday];
}

function isWeek(field: Field): boolean {
  return field.max === 7;
}

function valueOf({ min, max, names }: Field, text: string): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return min + named;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
