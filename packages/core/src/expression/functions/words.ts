import { spend } from "../run.ts";
import type { Run } from "../run.ts";

const { floor, log10, pow } = Math;

const small = [
  "Zero",
  "One",
  "Two",
  "Three",
  "Four",
  "Five",
  "Six",
  "Seven",
  "Eight",
  "Nine",
  "Ten",
  "Eleven",
  "Twelve",
  "Thirteen",
  "Fourteen",
  "Fifteen",
  "Sixteen",
  "Seventeen",
  "Eighteen",
  "Nineteen",
];
const smallOrdinals = [
  "Zeroth",
  "First",
  "Second",
  "Third",
  "Fourth",
  "Fifth",
  "Sixth",
  "Seventh",
  "Eighth",
  "Ninth",
  "Tenth",
  "Eleventh",
  "Twelfth",
  "Thirteenth",
  "Fourteenth",
  "Fifteenth",
  "Sixteenth",
  "Seventeenth",
  "Eighteenth",
  "Nineteenth",
];
const tens = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];
const powers = ["Thousand", "Million", "Billion", "Trillion"];

/** An integer from 0 in English words: `One Hundred and Five`, as an ordinal `One Hundred and Fifth`. */
export function inWords(value: number, ordinal: boolean, run: Run): string {
  return words(value, false, ordinal, run);
}

/** `follows`: other words stand before these. */
function words(value: number, follows: boolean, ordinal: boolean, run: Run): string {
  spend(run, 1);
  if (value < 20) return (follows ? " and " : "") + ((ordinal ? smallOrdinals : small)[value] as string);
  if (value < 100) {
    const ten = (follows ? " and " : "") + (tens[floor(value / 10) - 2] as string);
    if (value % 10 > 0) return ten + "-" + words(value % 10, false, ordinal, run);
    return ordinal ? ten.slice(0, -1) + "ieth" : ten;
  }
  const comma = follows ? ", " : "";
  if (value < 1000) return comma + (small[floor(value / 100)] as string) + " Hundred" + rest(value % 100, ordinal, run);
  let power = floor(log10(value) / 3);
  if (power > powers.length) power = powers.length;
  const factor = pow(10, power * 3);
  const count = floor(value / factor);
  return (
    comma +
    words(count, false, false, run) +
    " " +
    (powers[power - 1] as string) +
    rest(value - count * factor, ordinal, run)
  );
}

function rest(value: number, ordinal: boolean, run: Run): string {
  if (value > 0) return words(value, true, ordinal, run);
  return ordinal ? "th" : "";
}

/** What each word stands for, in lower case. */
export const wordValues: ReadonlyMap<string, number> = new Map([
  ...small.map((word, i): [string, number] => [word.toLowerCase(), i]),
  ...smallOrdinals.map((word, i): [string, number] => [word.toLowerCase(), i]),
  ...tens.map((word, i): [string, number] => [word.toLowerCase(), (i + 2) * 10]),
  ...tens.map((word, i): [string, number] => [word.toLowerCase().slice(0, -1) + "ieth", (i + 2) * 10]),
  ["hundred", 100],
  ["hundredth", 100],
  ...powers.map((word, i): [string, number] => [word.toLowerCase(), pow(10, (i + 1) * 3)]),
  ...powers.map((word, i): [string, number] => [word.toLowerCase() + "th", pow(10, (i + 1) * 3)]),
]);

/** The integer that English words stand for, or undefined when one of them is none. */
export function fromWords(text: string): number | undefined {
  const sums: number[] = [0];
  for (const word of text.split(", ").join(" ").split(" and ").join(" ").split("-").join(" ").split(" ")) {
    const value = wordValues.get(word);
    if (value === undefined) return undefined;
    let last = sums.pop() as number;
    if (value >= 100) {
      sums.push(last * value);
      continue;
    }
    if (last >= 1000) {
      sums.push(last);
      last = 0;
    }
    sums.push(last + value);
  }
  return sums.reduce((sum, part) => sum + part, 0);
}
