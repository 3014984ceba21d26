import { fromWords, inWords } from "./words.ts";
import { Fault, spend, valueFault } from "../run.ts";
import type { Run } from "../run.ts";

const { abs, floor, pow } = Math;
const isFinite = Number.isFinite;
const fromCodePoint = String.fromCodePoint;
const charactersOf: (text: string) => string[] = Array.from;

/** What a picture of XPath's `format-integer` says: how an integer is written. */
export interface IntegerPicture {
  readonly kind: "decimal" | "letters" | "roman" | "words" | "sequence";
  readonly letterCase: "upper" | "lower" | "title";
  readonly ordinal: boolean;
  /** Of decimals: the code point of the digit zero. */
  readonly zero: number;
  /** Undefined for what is not decimal. */
  mandatory: number | undefined;
  readonly optional: number;
  /** Separators between groups of digits; of one kind and at even distances they go on to the left. */
  readonly repeat: Separator | undefined;
  readonly separators: readonly Separator[];
  /** How many digits are read when another number follows at once. */
  width: number | undefined;
}

export interface Separator {
  /** Digits to the right of it. */
  readonly position: number;
  readonly character: string;
}

/** The code points of the digit zero in the scripts that have decimal digits. */
const zeros = [
  0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
  0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
  0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

export function integerPicture(text: string, run: Run): IntegerPicture {
  spend(run, 1 + text.length);
  const semicolon = text.lastIndexOf(";");
  const primary = semicolon < 0 ? text : text.slice(0, semicolon);
  const ordinal = semicolon >= 0 && text.charAt(semicolon + 1) === "o";
  const base = {
    ordinal,
    zero: 0x30,
    mandatory: undefined,
    optional: 0,
    repeat: undefined,
    separators: [],
    width: undefined,
  };
  switch (primary) {
    case "A":
      return { ...base, kind: "letters", letterCase: "upper" };
    case "a":
      return { ...base, kind: "letters", letterCase: "lower" };
    case "I":
      return { ...base, kind: "roman", letterCase: "upper" };
    case "i":
      return { ...base, kind: "roman", letterCase: "lower" };
    case "W":
      return { ...base, kind: "words", letterCase: "upper" };
    case "w":
      return { ...base, kind: "words", letterCase: "lower" };
    case "Ww":
      return { ...base, kind: "words", letterCase: "title" };
    default:
      return decimalPicture(primary, ordinal);
  }
}

function decimalPicture(primary: string, ordinal: boolean): IntegerPicture {
  let zero: number | undefined;
  let mandatory = 0;
  let optional = 0;
  const separators: Separator[] = [];
  for (const character of charactersOf(primary).reverse()) {
    const point = character.codePointAt(0) as number;
    const family = zeros.find((digit) => point >= digit && point <= digit + 9);
    if (family !== undefined) {
      if (zero !== undefined && family !== zero)
        throw valueFault("D3131", "The digits of a picture must be of one script");
      zero = family;
      mandatory += 1;
    } else if (character === "#") {
      optional += 1;
    } else {
      separators.push({ position: mandatory + optional, character });
    }
  }
  return {
    kind: mandatory > 0 ? "decimal" : "sequence",
    letterCase: "lower",
    ordinal,
    zero: zero ?? 0x30,
    mandatory: mandatory > 0 ? mandatory : undefined,
    optional,
    repeat: mandatory > 0 ? repeated(separators) : undefined,
    separators,
    width: undefined,
  };
}

function repeated(separators: readonly Separator[]): Separator | undefined {
  const [first] = separators;
  if (first === undefined || separators.some(({ character }) => character !== first.character)) return undefined;
  const position = evenDistance(separators.map((separator) => separator.position));
  return position > 0 ? { position, character: first.character } : undefined;
}

/** The distance at which all positions stand, or 0 when they do not. */
export function evenDistance(positions: readonly number[]): number {
  if (positions.length === 0) return 0;
  const divisor = positions.reduce(greatestCommonDivisor);
  for (let i = 1; i <= positions.length; i += 1) if (!positions.includes(i * divisor)) return 0;
  return divisor;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

export function writeInteger(number: number, picture: IntegerPicture, run: Run): string {
  if (!isFinite(number))
    throw new Fault("EXPR_NUMBER_RANGE", "A number that is infinite or not a number cannot be formatted (D3001).");
  const value = abs(number);
  const text = unsigned(value, picture, run);
  return number < 0 ? "-" + text : text;
}

function unsigned(value: number, picture: IntegerPicture, run: Run): string {
  switch (picture.kind) {
    case "letters":
      return letters(value, picture.letterCase === "upper" ? 65 : 97);
    case "roman": {
      const text = roman(value, run);
      return picture.letterCase === "upper" ? text.toUpperCase() : text;
    }
    case "words": {
      const text = inWords(value, picture.ordinal, run);
      return picture.letterCase === "upper"
        ? text.toUpperCase()
        : picture.letterCase === "lower"
          ? text.toLowerCase()
          : text;
    }
    case "decimal":
      return decimal(value, picture, run);
    default:
      throw valueFault("D3130", "This picture of an integer is not supported");
  }
}

function decimal(value: number, picture: IntegerPicture, run: Run): string {
  const width = picture.mandatory ?? 0;
  spend(run, width);
  let text = ("" + value).padStart(width, "0");
  if (picture.zero !== 0x30) {
    text = charactersOf(text)
      .map((digit) => fromCodePoint((digit.codePointAt(0) as number) + picture.zero - 0x30))
      .join("");
  }
  const { repeat } = picture;
  if (repeat !== undefined) {
    for (let group = floor((text.length - 1) / repeat.position); group > 0; group -= 1) {
      const at = text.length - group * repeat.position;
      text = text.slice(0, at) + repeat.character + text.slice(at);
    }
  } else {
    for (let i = picture.separators.length - 1; i >= 0; i -= 1) {
      const { position, character } = picture.separators[i] as Separator;
      const at = text.length - position;
      text = (at > 0 ? text.slice(0, at) : "") + character + text.slice(at);
    }
  }
  return picture.ordinal ? text + ordinalSuffix(text) : text;
}

function ordinalSuffix(text: string): string {
  if (text.charAt(text.length - 2) === "1") return "th";
  switch (text.charAt(text.length - 1)) {
    case "1":
      return "st";
    case "2":
      return "nd";
    case "3":
      return "rd";
    default:
      return "th";
  }
}

/** As columns are named: a, b ... z, aa, ab. */
function letters(value: number, first: number): string {
  let text = "";
  for (let left = value; left > 0; left = floor((left - 1) / 26))
    text = fromCodePoint(((left - 1) % 26) + first) + text;
  return text;
}

const numerals: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

function roman(value: number, run: Run): string {
  spend(run, floor(value / 1000));
  let left = value;
  let text = "";
  for (const [number, numeral] of numerals) {
    for (; left >= number; left -= number) text += numeral;
  }
  return text;
}

/** The integer that a text written by the picture stands for; undefined when it stands for none. */
export function readInteger(text: string, picture: IntegerPicture, run: Run): number | undefined {
  spend(run, text.length);
  switch (picture.kind) {
    case "letters": {
      const first = picture.letterCase === "upper" ? 65 : 97;
      let value = 0;
      for (let i = 0; i < text.length; i += 1) value += (text.charCodeAt(text.length - i - 1) - first + 1) * pow(26, i);
      return value;
    }
    case "roman":
      return fromRoman(picture.letterCase === "upper" ? text : text.toUpperCase());
    case "words":
      return fromWords(text.toLowerCase());
    case "decimal":
      return readDecimal(text, picture);
    default:
      throw valueFault("D3130", "This picture of an integer is not supported");
  }
}

function fromRoman(text: string): number | undefined {
  const values: ReadonlyMap<string, number> = new Map([
    ["M", 1000],
    ["D", 500],
    ["C", 100],
    ["L", 50],
    ["X", 10],
    ["V", 5],
    ["I", 1],
  ]);
  let sum = 0;
  let largest = 1;
  for (let i = text.length - 1; i >= 0; i -= 1) {
    const value = values.get(text.charAt(i));
    if (value === undefined) return undefined;
    if (value < largest) {
      sum -= value;
    } else {
      largest = value;
      sum += value;
    }
  }
  return sum;
}

function readDecimal(text: string, picture: IntegerPicture): number | undefined {
  let digits = picture.ordinal ? text.slice(0, -2) : text;
  const separators = picture.repeat !== undefined ? [","] : picture.separators.map((separator) => separator.character);
  for (const separator of separators) digits = digits.split(separator).join("");
  if (picture.zero !== 0x30) {
    digits = charactersOf(digits)
      .map((digit) => fromCodePoint(clampedPoint((digit.codePointAt(0) as number) - picture.zero + 0x30)))
      .join("");
  }
  return leadingInteger(digits);
}

function clampedPoint(point: number): number {
  return point < 0 ? 0xfffd : point;
}

/** The integer that a text begins with, as `parseInt` reads it; undefined when there is none. */
export function leadingInteger(text: string): number | undefined {
  let i = 0;
  while (i < text.length && text.charCodeAt(i) <= 32) i += 1;
  const sign = text.charAt(i) === "-" ? -1 : 1;
  if (text.charAt(i) === "-" || text.charAt(i) === "+") i += 1;
  const start = i;
  while (i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i += 1;
  return i === start ? undefined : sign * +text.slice(start, i);
}
