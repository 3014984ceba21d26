import { datePicture, isZone } from "./date-picture.ts";
import { dayNames, fieldOf, monthNames } from "./date-format.ts";
import { leadingInteger, readInteger } from "./integer-picture.ts";
import { civilTime, dayMs, daysFrom, instantMaxMs, instantMillis } from "./instant.ts";
import { wordValues } from "./words.ts";
import { Fault, spend, valueFault } from "../run.ts";
import type { Component, DatePart } from "./date-picture.ts";
import type { IntegerPicture } from "./integer-picture.ts";
import type { Run } from "../run.ts";

const { floor } = Math;
const isFinite = Number.isFinite;

/** The instant that a text stands for by a picture of XPath's `format-dateTime`; nothing when the text does not fit it. */
export function parseInstant(text: string, picture: string, run: Run): number | undefined {
  const parts = datePicture(picture, run);
  const ends = match(parts, text, 0, 0, run);
  if (ends === undefined) return undefined;
  const fields = new Map<string, number>();
  let from = 0;
  parts.forEach((part, i) => {
    const end = ends[i] as number;
    if (part.kind === "component") {
      const value = readComponent(part, text.slice(from, end), run);
      if (value === undefined) fields.delete(part.letter);
      else fields.set(part.letter, value);
    }
    from = end;
  });
  return parts.some((part) => part.kind === "component") ? instantFrom(fields, run) : undefined;
}

/** Where each part ends in the text, as long as possible from the left; undefined when the whole text does not fit. */
function match(parts: readonly DatePart[], text: string, index: number, from: number, run: Run): number[] | undefined {
  spend(run, 1);
  const part = parts[index];
  if (part === undefined) return from === text.length ? [] : undefined;
  for (const end of endsOf(part, text, from, run)) {
    const rest = match(parts, text, index + 1, end, run);
    if (rest !== undefined) return [end, ...rest];
  }
  return undefined;
}

/** Where a part that begins at `from` may end, the longest first. */
function endsOf(part: DatePart, text: string, from: number, run: Run): number[] {
  if (part.kind === "text") {
    const end = from + part.text.length;
    return text.slice(from, end).toUpperCase() === part.text.toUpperCase() ? [end] : [];
  }
  if (isZone(part.letter)) return zoneEnds(part, text, from);
  if (part.letter === "f") return runEnds(text, from, isDigit, run);
  if (part.integer !== undefined) return integerEnds(part.integer, text, from, run);
  return runEnds(text, from, isLetter, run);
}

function zoneEnds(part: Component, text: string, from: number): number[] {
  let at = from;
  if (part.letter === "z") {
    if (text.slice(at, at + 3).toUpperCase() !== "GMT") return [];
    at += 3;
  }
  if (text.charAt(at) !== "+" && text.charAt(at) !== "-") return [];
  const hours = runEnd(text, at + 1, isDigit);
  if (hours === at + 1) return [];
  const separator = part.integer?.repeat?.character;
  const ends: number[] = [];
  if (separator === undefined) {
    for (let end = hours; end > at + 1; end -= 1) ends.push(end);
    return ends;
  }
  if (text.charAt(hours) !== separator) return [];
  for (let end = runEnd(text, hours + 1, isDigit); end > hours + 1; end -= 1) ends.push(end);
  return ends;
}

function integerEnds(picture: IntegerPicture, text: string, from: number, run: Run): number[] {
  switch (picture.kind) {
    case "letters":
      return runEnds(text, from, isLetter, run);
    case "roman":
      return runEnds(text, from, (letter) => letter !== "" && "mdclxvi".includes(letter.toLowerCase()), run);
    case "words":
      return wordEnds(text, from, run);
    case "decimal": {
      let ends = runEnds(text, from, isDigit, run);
      if (picture.width !== undefined) ends = ends.filter((end) => end === from + (picture.width ?? 0));
      if (!picture.ordinal) return ends;
      return ends
        .filter((end) => ["th", "st", "nd", "rd"].includes(text.slice(end, end + 2).toLowerCase()))
        .map((end) => end + 2);
    }
    default:
      throw valueFault("D3130", "This picture of an integer is not supported");
  }
}

/** Where a series of words for numbers, `and`, blanks, commas and dashes may end. */
function wordEnds(text: string, from: number, run: Run): number[] {
  const lower = text.toLowerCase();
  const reached = new Set<number>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    spend(run, 8);
    for (const word of [...wordValues.keys(), "and", "-", ",", " "]) {
      const end = at + word.length;
      if (!lower.startsWith(word, at) || reached.has(end)) continue;
      reached.add(end);
      open.push(end);
    }
  }
  return [...reached].sort((a, b) => b - a);
}

function runEnds(text: string, from: number, isPart: (letter: string) => boolean, run: Run): number[] {
  const ends: number[] = [];
  const last = runEnd(text, from, isPart);
  spend(run, last - from);
  for (let end = last; end > from; end -= 1) ends.push(end);
  return ends;
}

function runEnd(text: string, from: number, isPart: (letter: string) => boolean): number {
  let end = from;
  while (end < text.length && isPart(text.charAt(end))) end += 1;
  return end;
}

function isDigit(letter: string): boolean {
  return letter >= "0" && letter <= "9";
}

function isLetter(letter: string): boolean {
  return (letter >= "a" && letter <= "z") || (letter >= "A" && letter <= "Z");
}

function readComponent(part: Component, text: string, run: Run): number | undefined {
  const { letter } = part;
  if (isZone(letter)) return zoneMinutes(part, text);
  if (letter === "f") return +("0." + text.slice(0, 3)) * 1000;
  if (part.integer !== undefined) return readInteger(text, part.integer, run);
  if (letter === "P") return text === "am" || text === "AM" ? 0 : text === "pm" || text === "PM" ? 1 : undefined;
  const names = letter === "M" || letter === "x" ? monthNames : letter === "F" ? dayNames : undefined;
  if (names === undefined) throw valueFault("D3133", `The component ${letter} cannot be read as a name`);
  const width = part.widthMax === undefined || part.widthMax === 0 ? undefined : part.widthMax;
  for (let i = names.length - 1; i >= 0; i -= 1) if ((names[i] as string).slice(0, width) === text) return i + 1;
  return undefined;
}

function zoneMinutes(part: Component, text: string): number | undefined {
  const value = part.letter === "z" ? text.slice(3) : text;
  const separator = part.integer?.repeat?.character;
  if (separator !== undefined) {
    const at = value.indexOf(separator);
    return sum(leadingInteger(value.slice(0, at)), leadingInteger(value.slice(at + 1)));
  }
  if (value.length <= 3) return sum(leadingInteger(value), 0);
  return sum(leadingInteger(value.slice(0, 3)), leadingInteger(value.slice(3)));
}

function sum(hours: number | undefined, minutes: number | undefined): number | undefined {
  return hours === undefined || minutes === undefined ? undefined : hours * 60 + minutes;
}

/** The instant of the components: what stands before the first that is given comes from now, what stands after the last is the least. */
function instantFrom(fields: Map<string, number>, run: Run): number | undefined {
  const has = (letter: string) => fields.get(letter) !== undefined && fields.get(letter) !== 0;
  const given = (letters: string) => letters.split("").some(has);
  const only = (letters: string, all: string) =>
    given(letters) && !all.split("").some((letter) => !letters.includes(letter) && has(letter));
  const dates = "YXMxWwdD";
  const byMonth = only("YMD", dates);
  const byDay = !byMonth && only("Yd", dates);
  const byWeekOfMonth = only("Xxw" + "F", dates + "F") && only("Xxw", dates);
  const byWeek = !byWeekOfMonth && only("XW", dates);
  if (byWeekOfMonth || byWeek) throw valueFault("D3136", "Weeks cannot be read");
  const byHalf = !only("Hmsf", "PHhmsf") && only("Phmsf", "PHhmsf");
  const now = civilTime(instantMillis(run.now) ?? 0);
  let started = false;
  let ended = false;
  for (const letter of (byDay ? "YD" : "YMD") + (byHalf ? "Phmsf" : "Hmsf")) {
    if (fields.has(letter)) {
      started = true;
      if (ended) throw valueFault("D3136", "The picture has a gap between its components");
    } else if (started) {
      fields.set(letter, letter === "M" || letter === "D" ? 1 : 0);
      ended = true;
    } else {
      fields.set(letter, now === undefined ? 0 : letter === "P" ? (now.hour >= 12 ? 1 : 0) : fieldOf(letter, now));
    }
  }
  const of = (letter: string) => fields.get(letter) ?? 0;
  let hour = of("H");
  if (byHalf) hour = (of("h") === 12 ? 0 : of("h")) + (of("P") === 1 ? 12 : 0);
  const month = byDay ? 1 : of("M") > 0 ? of("M") : 1;
  const day = byDay ? of("d") : of("D");
  const year = of("Y") >= 0 && of("Y") <= 99 ? of("Y") + 1900 : of("Y");
  const ofDay = ((hour * 60 + of("m")) * 60 + of("s")) * 1000 + floor(of("f"));
  const zone = has("Z") ? of("Z") : of("z");
  const millis = daysFrom(year, month, day) * dayMs + ofDay;
  if (!isFinite(millis) || millis > instantMaxMs || millis < -instantMaxMs)
    throw new Fault("EXPR_NUMBER_RANGE", "There is no such instant.");
  return millis - zone * 60_000;
}
