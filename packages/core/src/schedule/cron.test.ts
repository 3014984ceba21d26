import { expect, test } from "vitest";
import { parseCron } from "./cron.ts";

const codesOf = (text: string): string[] => {
  const parsed = parseCron(text);
  return "problems" in parsed ? parsed.problems.map(({ code }) => code) : [];
};

test("five fields of numbers, names, lists, ranges and steps are taken, in either case", () => {
  for (const text of [
    "* * * * *",
    "*/15 * * * *",
    "0 7,9 * * *",
    "5-59/10 */2 * * *",
    "0 0 1,15 JAN-mar,12 *",
    "30 8 * * MON-FRI",
    "30 8 * * 0,7,sat",
    "  0\t0  29 2 * ",
    "0 0 31 1-12 *",
  ])
    expect(codesOf(text), text).toEqual([]);
});

test("Sunday is 0 and 7, alone, in ranges and in steps", () => {
  const week = (text: string) => {
    const parsed = parseCron(`0 0 * * ${text}`);
    if ("problems" in parsed) throw new Error(text);
    const days = new Set<number>();
    for (const { start, end, step } of parsed.entry.dayOfWeek)
      for (let day = start; day <= end; day += step) days.add(day);
    return [...days].sort().join("");
  };
  expect(["7", "0", "5-7", "1-7/2", "1-7", "*", "*/2"].map(week)).toEqual([
    "0",
    "0",
    "056",
    "0135",
    "0123456",
    "0123456",
    "0246",
  ]);
});

test("[CAS-01] whatever else some program takes is refused", () => {
  for (const text of [
    "",
    "* * * *",
    "0 * * * * *",
    "@daily",
    "60 * * * *",
    "-1 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * * 8",
    "*/0 * * * *",
    "*/x * * * *",
    "5/15 * * * *",
    "10-5 * * * *",
    "1-2-3 * * * *",
    "1,,2 * * * *",
    "1/2/3 * * * *",
    "? * * * *",
    "0 0 L * *",
    "0 0 * * 5#2",
    "0 0 * * FRI-MON",
    "0 0 15W * *",
    "0x5 * * * *",
    "1e1 * * * *",
    "٣ * * * *",
    "a b c d e",
    "* * * MON *",
    "0 0 30 2 *",
    "0 0 31 4,6,9,11 *",
    "* ".repeat(400),
  ])
    expect(codesOf(text), text).toContain("CRON_INVALID");
});

test("[CAS-01] [SCX-01] two restricted day fields are refused, however they are written", () => {
  for (const text of ["0 0 13 * 5", "0 0 1-31 * MON", "0 0 */2 * 0-6", "0 0 1 * */1"])
    expect(codesOf(text), text).toEqual(["CRON_AMBIGUOUS_DAYS"]);
});
