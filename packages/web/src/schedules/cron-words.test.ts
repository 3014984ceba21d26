import { expect, test } from "vitest";
import { cronWords } from "./cron-words.ts";

test("a cron expression that people write is told in words", () => {
  const told = {
    "* * * * *": "every minute",
    "*/15 * * * *": "every 15 minutes",
    "5 * * * *": "every hour at minute 5",
    "0 2 * * *": "at 02:00 every day",
    "30 7 * * MON-FRI": "at 07:30, Monday to Friday",
    "30 7 * * 1-5": "at 07:30, Monday to Friday",
    "0 9,17 * * sat,7": "at 09:00 and 17:00, on Saturday and Sunday",
    "0 6 1 * *": "at 06:00, on day 1 of the month",
    "*/10 * * * 1": "every 10 minutes, on Monday",
  };
  expect(Object.fromEntries(Object.keys(told).map((cron) => [cron, cronWords(cron)]))).toEqual(told);
});

test("one that words would not make clearer, or would tell wrongly, is left as it is", () => {
  for (const cron of [
    "*/7 * * * *",
    "0 0 1 1 *",
    "0-5 3 * * *",
    "0 */2 * * *",
    "0 1,2,3,4 * * *",
    "0 0 L * *",
    "0 0 1 * 1",
    "0 0 * * MON#2",
    "0 0 * * 1-3,5",
    "61",
    "",
  ])
    expect(cronWords(cron), cron).toBeUndefined();
});
