import { isUri } from "./uri.ts";
import { isEmail } from "./email.ts";

/** The formats that are checked. */
export const formats: readonly string[] = ["date", "date-time", "email", "uri", "uuid"];

/** Whether a text has a format. All are checked by hand: a regular expression's time cannot be limited. */
export function hasFormat(format: string, text: string): boolean {
  switch (format) {
    case "date":
      return text.length === 10 && isDate(text);
    case "date-time":
      return isDateTime(text);
    case "email":
      return isEmail(text);
    case "uri":
      return isUri(text);
    case "uuid":
      return isUuid(text);
    default:
      return true;
  }
}

/** RFC 3339 `full-date` at the beginning of the text, of a day that there is. */
function isDate(text: string): boolean {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  if (text.charAt(4) !== "-" || text.charAt(7) !== "-") return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (isLeap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= days;
}

/** RFC 3339 `date-time`. A second 60 is allowed where leap seconds are: at 23:59 in UTC. */
function isDateTime(text: string): boolean {
  if (!isDate(text) || (text.charAt(10) !== "T" && text.charAt(10) !== "t")) return false;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (text.charAt(13) !== ":" || text.charAt(16) !== ":") return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  let at = 19;
  if (text.charAt(at) === ".") {
    const start = at + 1;
    at = start;
    while (isDigit(text, at)) at += 1;
    if (at === start) return false;
  }
  const offset = offsetMinutes(text, at);
  if (offset === undefined) return false;
  const utc = (((hour * 60 + minute - offset) % 1440) + 1440) % 1440;
  return second < 60 || utc === 1439;
}

/** The offset that the text ends with, in minutes. */
function offsetMinutes(text: string, at: number): number | undefined {
  const letter = text.charAt(at);
  if (letter === "Z" || letter === "z") return at + 1 === text.length ? 0 : undefined;
  if ((letter !== "+" && letter !== "-") || text.charAt(at + 3) !== ":" || at + 6 !== text.length) return undefined;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return (letter === "-" ? -1 : 1) * (hours * 60 + minutes);
}

function isUuid(text: string): boolean {
  if (text.length !== 36) return false;
  for (let i = 0; i < 36; i += 1) {
    const isDash = i === 8 || i === 13 || i === 18 || i === 23;
    if (isDash ? text.charAt(i) !== "-" : !isHexDigit(text, i)) return false;
  }
  return true;
}

/** The number that `count` digits make, or -1. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i += 1) {
    if (!isDigit(text, i)) return -1;
    value = value * 10 + text.charCodeAt(i) - 48;
  }
  return value;
}

export function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 48 && unit <= 57;
}

export function isLetter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at) | 32;
  return text.charCodeAt(at) >= 65 && unit >= 97 && unit <= 122;
}

export function isHexDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at) | 32;
  return isDigit(text, at) || (text.charCodeAt(at) >= 65 && unit >= 97 && unit <= 102);
}
