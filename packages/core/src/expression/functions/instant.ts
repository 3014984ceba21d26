const { floor, trunc } = Math;
const isFinite = Number.isFinite;

export const dayMs = 86_400_000;
/** The last instant that there is, as in ECMAScript. */
export const instantMaxMs = 8.64e15;

/** The date and time of day of an instant in UTC. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** 1 (Monday) to 7. */
  readonly weekday: number;
}

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar; months and days may run over. */
export function daysFrom(year: number, month: number, day: number): number {
  const y = year + floor((month - 1) / 12);
  const m = month - 1 - 12 * floor((month - 1) / 12);
  // Years that begin in March, so that the leap day is their last.
  const shifted = m < 2 ? y - 1 : y;
  const era = floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = floor((153 * ((m + 10) % 12) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + floor(ofEra / 4) - floor(ofEra / 100) + ofYear - 719_468;
}

/** The date and time of an instant, or undefined when there is no such instant. */
export function civilTime(millis: number): CivilTime | undefined {
  if (!isFinite(millis) || millis > instantMaxMs || millis < -instantMaxMs) return undefined;
  const instant = trunc(millis);
  const days = floor(instant / dayMs);
  const ofDay = instant - days * dayMs;
  const shifted = days + 719_468;
  const era = floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = floor((ofEra - floor(ofEra / 1460) + floor(ofEra / 36_524) - floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + floor(yearOfEra / 4) - floor(yearOfEra / 100));
  const fromMarch = floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - floor((153 * fromMarch + 2) / 5) + 1,
    hour: floor(ofDay / 3_600_000),
    minute: floor(ofDay / 60_000) % 60,
    second: floor(ofDay / 1000) % 60,
    millisecond: ofDay % 1000,
    weekday: ((((days + 3) % 7) + 7) % 7) + 1,
  };
}

/** An instant in ISO 8601: `2026-11-26T05:13:00.000Z`. */
export function instantText(millis: number): string | undefined {
  const time = civilTime(millis);
  if (time === undefined) return undefined;
  const date = digits(time.year % 10_000, 4) + "-" + digits(time.month, 2) + "-" + digits(time.day, 2);
  const clock = digits(time.hour, 2) + ":" + digits(time.minute, 2) + ":" + digits(time.second, 2);
  return date + "T" + clock + "." + digits(time.millisecond, 3) + "Z";
}

function digits(value: number, width: number): string {
  return (value < 0 ? "-" : "") + ("" + (value < 0 ? -value : value)).padStart(width, "0");
}

/**
 * The milliseconds of an instant in ISO 8601: a year, month, date, or date and time, with an offset or Z. Without an
 * offset it is in UTC (JSONata takes the zone of the machine, which is not the same everywhere). A day after the last
 * of its month runs over into the next.
 */
export function instantMillis(text: string): number | undefined {
  const reader = new Reader(text);
  const year = reader.number(4);
  if (year === undefined) return undefined;
  let month = 1;
  let day = 1;
  if (reader.takes("-")) {
    month = reader.number(2) ?? 0;
    if (reader.takes("-")) day = reader.number(2) ?? 0;
  }
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  let ofDay = 0;
  let offset = 0;
  if (reader.takes("T")) {
    const time = timeOfDay(reader);
    if (time === undefined) return undefined;
    ofDay = time;
    const zone = zoneOffset(reader);
    if (zone === undefined) return undefined;
    offset = zone;
  } else {
    reader.takes("Z");
  }
  return reader.atEnd() ? daysFrom(year, month, day) * dayMs + ofDay - offset : undefined;
}

function timeOfDay(reader: Reader): number | undefined {
  const hour = reader.number(2);
  if (hour === undefined || !reader.takes(":")) return undefined;
  const minute = reader.number(2);
  if (minute === undefined || !reader.takes(":")) return undefined;
  const second = reader.number(2);
  if (second === undefined || hour > 24 || minute > 59 || second > 59) return undefined;
  let millisecond = 0;
  if (reader.takes(".")) {
    const fraction = reader.fraction();
    if (fraction === undefined) return undefined;
    millisecond = fraction;
  }
  if (hour === 24 && (minute > 0 || second > 0 || millisecond > 0)) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

function zoneOffset(reader: Reader): number | undefined {
  if (reader.takes("Z")) return 0;
  const sign = reader.takes("+") ? 1 : reader.takes("-") ? -1 : 0;
  if (sign === 0) return 0;
  const hours = reader.number(2);
  if (hours === undefined || hours > 23) return undefined;
  reader.takes(":");
  const minutes = reader.number(2);
  if (minutes === undefined || minutes > 59) return undefined;
  return sign * (hours * 60 + minutes) * 60_000;
}

/** Reads a text from left to right. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  takes(letter: string): boolean {
    if (this.#text.charAt(this.#at) !== letter) return false;
    this.#at += 1;
    return true;
  }

  /** A number of exactly `width` digits. */
  number(width: number): number | undefined {
    let value = 0;
    for (let i = 0; i < width; i += 1) {
      const digit = this.#text.charCodeAt(this.#at + i) - 48;
      if (!(digit >= 0 && digit <= 9)) return undefined;
      value = value * 10 + digit;
    }
    this.#at += width;
    return value;
  }

  /** The digits of a fraction of a second, cut to milliseconds. */
  fraction(): number | undefined {
    let value = 0;
    let count = 0;
    for (;;) {
      const digit = this.#text.charCodeAt(this.#at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (count < 3) value = value * 10 + digit;
      count += 1;
      this.#at += 1;
    }
    if (count === 0) return undefined;
    for (let i = count; i < 3; i += 1) value *= 10;
    return value;
  }

  atEnd(): boolean {
    return this.#at === this.#text.length;
  }
}
