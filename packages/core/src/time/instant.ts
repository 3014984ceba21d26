import type { Instant } from "../interpreter/transition.ts";

/*
 * Instants without Date: workflow code and expressions compute with them where Date is not to be trusted. The calendar
 * is the proleptic Gregorian one, years 0000 to 9999, without leap seconds.
 */
const floor = Math.floor;
const dayMs = 86_400_000;
/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z. */
const firstMs = -62_167_219_200_000;
const lastMs = 253_402_300_799_999;
const monthDays: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Milliseconds since 1970 of an instant that is known to be one; NaN for anything else. */
export function instantMs(instant: Instant): number {
  return parseInstantMs(instant) ?? Number.NaN;
}

/**
 * Milliseconds since 1970 of an RFC 3339 date-time (any offset, any fraction, cut to milliseconds) or of a date alone
 * (midnight UTC); undefined when `text` is neither, or outside the years 0000 to 9999.
 */
export function parseInstantMs(text: string): number | undefined {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  if (day < 1 || day > daysOf(year, month)) return undefined;
  const dateMs = dayNumber(year, month, day) * dayMs;
  if (text.length === 10) return dateMs;
  const separator = text.charCodeAt(10);
  if (separator !== 84 && separator !== 116 && separator !== 32) return undefined; // T, t, space
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(at) === 46) {
    let weight = 100;
    for (at += 1; isDigit(text.charCodeAt(at)); at += 1) {
      if (weight >= 1) fraction += (text.charCodeAt(at) - 48) * weight;
      weight = floor(weight / 10);
    }
    if (at === 20) return undefined;
  }
  const offset = offsetMs(text, at);
  if (offset === undefined) return undefined;
  const ms = dateMs + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction - offset;
  return ms < firstMs || ms > lastMs ? undefined : ms;
}

/** The instant that many milliseconds after 1970; fractions are cut, and what lies outside the years 0000 to 9999 is its nearest end. */
export function instantFromMs(ms: number): Instant {
  const whole = floor(ms < firstMs ? firstMs : ms > lastMs ? lastMs : ms);
  const day = floor(whole / dayMs);
  const inDay = whole - day * dayMs;
  return (
    dateText(day) +
    "T" +
    two(floor(inDay / 3_600_000)) +
    ":" +
    two(floor(inDay / 60_000) % 60) +
    ":" +
    two(floor(inDay / 1000) % 60) +
    "." +
    three(inDay % 1000) +
    "Z"
  );
}

/** Minus, as `-00:30`, is before UTC's clock: the instant is later. */
function offsetMs(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return text.length === at + 1 ? 0 : undefined; // Z, z
  if (sign !== 43 && sign !== 45) return undefined;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  if (text.charCodeAt(at + 3) !== 58 || text.length !== at + 6) return undefined;
  return (hours * 60 + minutes) * (sign === 45 ? -60_000 : 60_000);
}

/** The number that `count` digits at `from` write, or -1. */
function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let i = from; i < from + count; i += 1) {
    const unit = text.charCodeAt(i);
    if (!isDigit(unit)) return -1;
    number = number * 10 + unit - 48;
  }
  return number;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function daysOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (monthDays[month - 1] as number);
}

/** Days since 1970-01-01. Years begin in March here, so that a leap day is the last of its year. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + floor(yearOfEra / 4) - floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day number, as `2031-03-30`. */
function dateText(dayNumberFrom1970: number): string {
  const z = dayNumberFrom1970 + 719_468;
  const era = floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = floor(
    (dayOfEra - floor(dayOfEra / 1460) + floor(dayOfEra / 36_524) - floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + floor(yearOfEra / 4) - floor(yearOfEra / 100));
  const marchMonth = floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return (year < 1000 ? "0" + three(year) : "" + year) + "-" + two(month) + "-" + two(day);
}

function two(n: number): string {
  return n < 10 ? "0" + n : "" + n;
}

function three(n: number): string {
  return n < 10 ? "00" + n : n < 100 ? "0" + n : "" + n;
}
