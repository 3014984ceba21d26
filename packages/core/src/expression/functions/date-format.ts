import { datePicture, integerLetters, isZone } from "./date-picture.ts";
import { leadingInteger, writeInteger } from "./integer-picture.ts";
import { civilTime, dayMs, daysFrom } from "./instant.ts";
import { Fault, valueFault } from "../run.ts";
import type { CivilTime } from "./instant.ts";
import type { Component } from "./date-picture.ts";
import type { Run } from "../run.ts";

const { floor, pow } = Math;

export const monthNames: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const dayNames: readonly string[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

/** An offset from UTC; both parts may be negative. */
interface Offset {
  readonly hours: number;
  readonly minutes: number;
}

/** An instant written by a picture of XPath's `format-dateTime`, in the zone of an offset such as `+0130`. */
export function formatInstant(millis: number, picture: string, zone: string | undefined, run: Run): string {
  const offset = offsetOf(zone);
  const time = civilTime(millis + (60 * offset.hours + offset.minutes) * 60_000);
  if (time === undefined) throw new Fault("EXPR_NUMBER_RANGE", "There is no such instant.");
  let text = "";
  for (const part of datePicture(picture, run))
    text += part.kind === "text" ? part.text : component(part, time, offset, run);
  return text;
}

function offsetOf(zone: string | undefined): Offset {
  if (zone === undefined) return { hours: 0, minutes: 0 };
  const value = leadingInteger(zone);
  if (value === undefined) throw valueFault("D3134", "The zone must be an offset such as +0130");
  return { hours: floor(value / 100), minutes: value % 100 };
}

function component(part: Component, time: CivilTime, offset: Offset, run: Run): string {
  const { letter } = part;
  if (isZone(letter)) return zoneText(part, offset, run);
  if (letter === "P") {
    const half = time.hour >= 12 ? "pm" : "am";
    return part.names === "upper" ? half.toUpperCase() : half;
  }
  if (letter === "C" || letter === "E") return "ISO";
  let value = fieldOf(letter, time);
  if (integerLetters.includes(letter)) {
    if (letter === "Y" && part.digits !== undefined) value %= pow(10, part.digits);
    if (part.names !== undefined) return nameText(part, value);
  }
  if (part.integer === undefined) throw valueFault("D3133", `The component ${letter} cannot be written as a name`);
  return writeInteger(value, part.integer, run);
}

function nameText(part: Component, value: number): string {
  const { letter, names, widthMax } = part;
  const name =
    letter === "M" || letter === "x" ? monthNames[value - 1] : letter === "F" ? dayNames[value - 1] : undefined;
  if (name === undefined) throw valueFault("D3133", `The component ${letter} cannot be written as a name`);
  const text = names === "upper" ? name.toUpperCase() : names === "lower" ? name.toLowerCase() : name;
  return widthMax !== undefined && text.length > widthMax ? text.slice(0, widthMax) : text;
}

function zoneText(part: Component, offset: Offset, run: Run): string {
  const { integer } = part;
  const value = offset.hours * 100 + offset.minutes;
  let text: string;
  if (integer === undefined) throw valueFault("D3134", "The zone has no picture");
  const digits = integer.mandatory ?? 0;
  if (integer.repeat !== undefined || digits === 3 || digits === 4) {
    text = writeInteger(value, integer, run);
  } else if (digits === 1 || digits === 2) {
    text = writeInteger(offset.hours, integer, run);
    if (offset.minutes !== 0) text += ":" + ("" + offset.minutes).padStart(2, "0");
  } else {
    throw valueFault("D3134", "The zone of a picture has at most four digits");
  }
  if (value >= 0) text = "+" + text;
  if (part.letter === "z") text = "GMT" + text;
  return value === 0 && part.traditional ? "Z" : text;
}

/** The value of an integer component. */
export function fieldOf(letter: string, time: CivilTime): number {
  switch (letter) {
    case "Y":
      return time.year;
    case "M":
      return time.month;
    case "D":
      return time.day;
    case "d":
      return daysOf(time.year, time.month, time.day) - daysOf(time.year, 1, 1) + 1;
    case "F":
      return time.weekday;
    case "W":
      return weekOfYear(time);
    case "w":
      return weekOfMonth(time);
    case "X":
      return yearOfWeek(time);
    case "x":
      return monthOfWeek(time);
    case "H":
      return time.hour;
    case "h":
      return time.hour % 12 === 0 ? 12 : time.hour % 12;
    case "m":
      return time.minute;
    case "s":
      return time.second;
    default:
      return time.millisecond;
  }
}

/** Days from 1970; like `Date.UTC`, which JSONata computes weeks with, it takes the years 0 to 99 as 1900 to 1999. */
function daysOf(year: number, month: number, day: number): number {
  return daysFrom(year >= 0 && year <= 99 ? year + 1900 : year, month, day);
}

/** The day on which the first week begins: the one with the first Thursday, from Monday. */
function firstWeek(year: number, month: number): number {
  const first = daysOf(year, month, 1);
  const weekday = ((((first + 3) % 7) + 7) % 7) + 1;
  return weekday > 4 ? first + 8 - weekday : first - weekday + 1;
}

function weekOfYear(time: CivilTime): number {
  const today = daysOf(time.year, time.month, time.day);
  const week = (today - firstWeek(time.year, 1)) / 7 + 1;
  if (week > 52 && today >= firstWeek(time.year + 1, 1)) return 1;
  return floor(week < 1 ? (today - firstWeek(time.year - 1, 1)) / 7 + 1 : week);
}

function weekOfMonth(time: CivilTime): number {
  const today = daysOf(time.year, time.month, time.day);
  const week = (today - firstWeek(time.year, time.month)) / 7 + 1;
  const next = following(time.year, time.month);
  if (week > 4 && today >= firstWeek(next.year, next.month)) return 1;
  const last = previous(time.year, time.month);
  return floor(week < 1 ? (today - firstWeek(last.year, last.month)) / 7 + 1 : week);
}

function yearOfWeek(time: CivilTime): number {
  const now = instantOf(time);
  if (now < firstWeek(time.year, 1) * dayMs) return time.year - 1;
  return now >= firstWeek(time.year + 1, 1) * dayMs ? time.year + 1 : time.year;
}

function monthOfWeek(time: CivilTime): number {
  const now = instantOf(time);
  const next = following(time.year, time.month);
  if (now < firstWeek(time.year, time.month) * dayMs) return previous(time.year, time.month).month;
  return now >= firstWeek(next.year, next.month) * dayMs ? next.month : time.month;
}

function instantOf(time: CivilTime): number {
  const ofDay = ((time.hour * 60 + time.minute) * 60 + time.second) * 1000 + time.millisecond;
  return daysFrom(time.year, time.month, time.day) * dayMs + ofDay;
}

function following(year: number, month: number): { year: number; month: number } {
  return month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 };
}

function previous(year: number, month: number): { year: number; month: number } {
  return month === 1 ? { year: year - 1, month: 12 } : { year, month: month - 1 };
}
