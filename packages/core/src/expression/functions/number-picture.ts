import { evenDistance } from "./integer-picture.ts";
import { rounded } from "./round.ts";
import { Fault, spend, typeFault, valueFault } from "../run.ts";
import type { Run } from "../run.ts";
import type { Json } from "../../values/json.ts";

const { abs, floor, pow } = Math;
const isFinite = Number.isFinite;
const hasOwn = Object.hasOwn;
const fromCharCode = String.fromCharCode;

/** The characters that a picture is made of. */
interface Signs {
  readonly decimal: string;
  readonly grouping: string;
  readonly exponent: string;
  readonly minus: string;
  readonly percent: string;
  readonly perMille: string;
  readonly zero: string;
  readonly digit: string;
  readonly pattern: string;
}

/** A number written by a picture of XPath's `format-number`. */
export function formatNumber(
  value: number,
  picture: string,
  options: { readonly [key: string]: Json } | undefined,
  run: Run,
): string {
  spend(run, 8 + picture.length * 4);
  const signs = signsOf(options);
  const pictures = picture.split(signs.pattern);
  if (pictures.length > 2) throw valueFault("D3080", "A picture has at most two parts");
  const parts = pictures.map((text) => partsOf(text, signs));
  for (const part of parts) check(part, signs);
  const [positive, negative] = parts;
  if (positive === undefined) throw valueFault("D3085", "A picture has at least one digit");
  if (!isFinite(value))
    throw new Fault("EXPR_NUMBER_RANGE", "A number that is infinite or not a number cannot be formatted (D3001).");
  const part = value >= 0 ? positive : (negative ?? { ...positive, prefix: signs.minus + positive.prefix });
  return written(value, part, signs, run);
}

function signsOf(options: { readonly [key: string]: Json } | undefined): Signs {
  const sign = (name: string, otherwise: string): string => {
    if (options === undefined || !hasOwn(options, name)) return otherwise;
    const text = options[name];
    if (typeof text !== "string" || text === "")
      throw typeFault("T0410", `The option ${name} of $formatNumber must be a text`);
    return text;
  };
  return {
    decimal: sign("decimal-separator", "."),
    grouping: sign("grouping-separator", ","),
    exponent: sign("exponent-separator", "e"),
    minus: sign("minus-sign", "-"),
    percent: sign("percent", "%"),
    perMille: sign("per-mille", "\u2030"),
    zero: sign("zero-digit", "0"),
    digit: sign("digit", "#"),
    pattern: sign("pattern-separator", ";"),
  };
}

interface Parts {
  readonly picture: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly active: string;
  readonly mantissa: string;
  readonly exponent: string | undefined;
  readonly integer: string;
  readonly fraction: string;
}

function isDigit(letter: string, signs: Signs): boolean {
  const offset = letter.charCodeAt(0) - signs.zero.charCodeAt(0);
  return offset >= 0 && offset <= 9;
}

function isActive(letter: string, signs: Signs): boolean {
  return (
    isDigit(letter, signs) ||
    letter === signs.decimal ||
    letter === signs.exponent ||
    letter === signs.grouping ||
    letter === signs.digit ||
    letter === signs.pattern
  );
}

function partsOf(picture: string, signs: Signs): Parts {
  const bounds = (letter: string) => isActive(letter, signs) && letter !== signs.exponent;
  let first = 0;
  while (first < picture.length && !bounds(picture.charAt(first))) first += 1;
  let last = picture.length - 1;
  while (last >= 0 && !bounds(picture.charAt(last))) last -= 1;
  const prefix = first === picture.length ? "" : picture.slice(0, first);
  const suffix = last < 0 ? "" : picture.slice(last + 1);
  const active = picture.slice(prefix.length, picture.length - suffix.length);
  const exponentAt = picture.indexOf(signs.exponent, prefix.length);
  const hasExponent = exponentAt >= 0 && exponentAt <= picture.length - suffix.length;
  // The position in the picture is taken as one in the active part, as JSONata does.
  const mantissa = hasExponent ? active.slice(0, exponentAt) : active;
  const point = mantissa.indexOf(signs.decimal);
  return {
    picture,
    prefix,
    suffix,
    active,
    mantissa,
    exponent: hasExponent ? active.slice(exponentAt + 1) : undefined,
    integer: point < 0 ? mantissa : mantissa.slice(0, point),
    fraction: point < 0 ? suffix : mantissa.slice(point + 1),
  };
}

/** Ends the evaluation when a picture is malformed. Of several faults the last of this list counts. */
function check(parts: Parts, signs: Signs): void {
  const { picture, integer, fraction, exponent } = parts;
  const point = picture.indexOf(signs.decimal);
  const twice = (sign: string) => picture.indexOf(sign) !== picture.lastIndexOf(sign);
  const hasPercent = picture.includes(signs.percent);
  const hasPerMille = picture.includes(signs.perMille);
  let fault: [string, string] | undefined;
  if (twice(signs.decimal)) fault = ["D3081", "A picture has at most one decimal separator"];
  if (twice(signs.percent)) fault = ["D3082", "A picture has at most one percent sign"];
  if (twice(signs.perMille)) fault = ["D3083", "A picture has at most one per-mille sign"];
  if (hasPercent && hasPerMille) fault = ["D3084", "A picture has a percent or a per-mille sign, not both"];
  if (!parts.mantissa.split("").some((letter) => isDigit(letter, signs) || letter === signs.digit)) {
    fault = ["D3085", "A picture has at least one digit"];
  }
  if (parts.active.split("").some((letter) => !isActive(letter, signs)))
    fault = ["D3086", "Other characters cannot stand between digits"];
  if (point >= 0) {
    if (picture.charAt(point - 1) === signs.grouping || picture.charAt(point + 1) === signs.grouping) {
      fault = ["D3087", "A grouping separator cannot stand beside the decimal separator"];
    }
  } else if (integer.charAt(integer.length - 1) === signs.grouping) {
    fault = ["D3088", "A grouping separator cannot end the integer part"];
  }
  if (picture.includes(signs.grouping + signs.grouping))
    fault = ["D3089", "Two grouping separators cannot stand side by side"];
  const optional = integer.indexOf(signs.digit);
  if (optional >= 0 && countDigits(integer.slice(0, optional), signs) > 0) {
    fault = ["D3090", "In the integer part mandatory digits come after optional ones"];
  }
  const lastOptional = fraction.lastIndexOf(signs.digit);
  if (lastOptional >= 0 && countDigits(fraction.slice(lastOptional), signs) > 0) {
    fault = ["D3091", "In the fraction mandatory digits come before optional ones"];
  }
  if (exponent !== undefined && exponent.length > 0 && (hasPercent || hasPerMille)) {
    fault = ["D3092", "A picture with a percent or per-mille sign has no exponent"];
  }
  if (exponent !== undefined && (exponent.length === 0 || countDigits(exponent, signs) < exponent.length)) {
    fault = ["D3093", "An exponent has digits only"];
  }
  if (fault !== undefined) throw valueFault(fault[0], fault[1]);
}

function countDigits(text: string, signs: Signs): number {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) if (isDigit(text.charAt(i), signs)) count += 1;
  return count;
}

function countPlaces(text: string, signs: Signs): number {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text.charAt(i);
    if (isDigit(letter, signs) || letter === signs.digit) count += 1;
  }
  return count;
}

/** How many digits each side of each grouping separator of a part of the picture has. */
function groupings(part: string, integer: string, side: "left" | "right", signs: Signs): number[] {
  const positions: number[] = [];
  let at = part.indexOf(signs.grouping);
  while (at >= 0) {
    positions.push(countPlaces(side === "left" ? part.slice(0, at) : part.slice(at), signs));
    // JSONata looks for further separators in the integer part, whichever part it is in.
    at = integer.indexOf(signs.grouping, at + 1);
  }
  return positions;
}

function written(value: number, parts: Parts, signs: Signs, run: Run): string {
  const { integer, fraction } = parts;
  const scale = countDigits(integer, signs);
  const hasExponent = parts.exponent !== undefined;
  let integerMin = scale;
  let fractionMin = countDigits(fraction, signs);
  let fractionMax = countPlaces(fraction, signs);
  if (integerMin === 0 && fractionMax === 0) {
    if (hasExponent) {
      fractionMin = 1;
      fractionMax = 1;
    } else {
      integerMin = 1;
    }
  }
  if (hasExponent && integerMin === 0 && integer.includes(signs.digit)) integerMin = 1;
  if (integerMin === 0 && fractionMin === 0) fractionMin = 1;
  const exponentMin = hasExponent ? countDigits(parts.exponent ?? "", signs) : 0;
  const factor = parts.picture.includes(signs.percent) ? 100 : parts.picture.includes(signs.perMille) ? 1000 : 1;
  const { mantissa, exponent } = scaled(value * factor, exponentMin > 0, scale, run);
  if (fractionMax > 100) throw valueFault("D3091", "A fraction has at most 100 digits");
  let text = digitsOf(rounded(mantissa, fractionMax), fractionMax, signs);
  text = text.includes(".") ? text.replace(".", signs.decimal) : text + signs.decimal;
  while (text.charAt(0) === signs.zero) text = text.slice(1);
  while (text.charAt(text.length - 1) === signs.zero) text = text.slice(0, -1);
  let point = text.indexOf(signs.decimal);
  text = padding(integerMin - point, signs) + text + padding(fractionMin - (text.length - point - 1), signs);
  text = grouped(text, parts, signs);
  point = text.indexOf(signs.decimal);
  for (const position of groupings(fraction, integer, "left", signs)) {
    text = text.slice(0, position + point + 1) + signs.grouping + text.slice(position + point + 1);
  }
  point = text.indexOf(signs.decimal);
  if (!parts.picture.includes(signs.decimal) || point === text.length - 1) text = text.slice(0, -1);
  if (exponent !== undefined) {
    const digits = digitsOf(exponent, 0, signs);
    text += signs.exponent + (exponent < 0 ? signs.minus : "") + padding(exponentMin - digits.length, signs) + digits;
  }
  return parts.prefix + text + parts.suffix;
}

function padding(count: number, signs: Signs): string {
  return count > 0 ? signs.zero.repeat(count) : "";
}

function grouped(text: string, parts: Parts, signs: Signs): string {
  const positions = groupings(parts.integer, parts.integer, "right", signs);
  const distance = evenDistance(positions);
  let point = text.indexOf(signs.decimal);
  let result = text;
  if (distance > 0) {
    const groups = floor((point - 1) / distance);
    for (let group = 1; group <= groups; group += 1) {
      const at = point - group * distance;
      result = result.slice(0, at) + signs.grouping + result.slice(at);
    }
    return result;
  }
  for (const position of positions) {
    result = result.slice(0, point - position) + signs.grouping + result.slice(point - position);
    point += 1;
  }
  return result;
}

function scaled(
  value: number,
  hasExponent: boolean,
  scale: number,
  run: Run,
): { mantissa: number; exponent: number | undefined } {
  if (!hasExponent) return { mantissa: value, exponent: undefined };
  const largest = pow(10, scale);
  const smallest = pow(10, scale - 1);
  let mantissa = value;
  let exponent = 0;
  if (mantissa === 0) return { mantissa, exponent };
  for (; abs(mantissa) < smallest; exponent -= 1) {
    spend(run, 1);
    mantissa *= 10;
  }
  for (; abs(mantissa) > largest; exponent += 1) {
    spend(run, 1);
    mantissa /= 10;
  }
  return { mantissa, exponent };
}

function digitsOf(value: number, places: number, signs: Signs): string {
  const text = abs(value).toFixed(places);
  if (signs.zero === "0") return text;
  const zero = signs.zero.charCodeAt(0);
  let digits = "";
  for (const letter of text)
    digits += letter >= "0" && letter <= "9" ? fromCharCode(zero + letter.charCodeAt(0) - 48) : letter;
  return digits;
}
