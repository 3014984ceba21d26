import { expect, test } from "vitest";
import { startInterval, wakeOneOf, type Interval } from "./intervals.ts";

const log = { info: () => undefined, warn: () => undefined };
const longMs = 3_600_000;

/** Rounds that last until they are told to end. */
class Rounds {
  begun = 0;
  readonly interval: Interval;
  #end: () => void = () => undefined;
  constructor() {
    this.interval = startInterval("test", longMs, log, async () => {
      this.begun++;
      await new Promise<void>((resolve) => (this.#end = resolve));
      return { more: false };
    });
  }
  async end(): Promise<void> {
    this.#end();
    await new Promise(setImmediate);
  }
}

test("of two that wait one is woken, then the other, and of two that are at work each looks once more", async () => {
  const [first, second] = [new Rounds(), new Rounds()];
  const intervals = [first.interval, second.interval];
  const begun = async (): Promise<[number, number]> => {
    await new Promise(setImmediate);
    return [first.begun, second.begun];
  };
  expect(await begun()).toEqual([1, 1]);
  await first.end();
  await second.end();
  expect(intervals.map((interval) => interval.idle())).toEqual([true, true]);

  wakeOneOf(intervals);
  expect(await begun()).toEqual([2, 1]);
  wakeOneOf(intervals);
  expect(await begun()).toEqual([2, 2]);
  wakeOneOf(intervals);
  await first.end();
  await second.end();
  expect(await begun()).toEqual([3, 3]);

  const stopped = Promise.all(intervals.map((interval) => interval.stop()));
  await first.end();
  await second.end();
  await stopped;
});

test("two notifications in one turn wake two", async () => {
  const [first, second] = [new Rounds(), new Rounds()];
  await new Promise(setImmediate);
  await first.end();
  await second.end();
  wakeOneOf([first.interval, second.interval]);
  wakeOneOf([first.interval, second.interval]);
  await new Promise(setImmediate);
  expect([first.begun, second.begun]).toEqual([2, 2]);
  const stopped = Promise.all([first.interval.stop(), second.interval.stop()]);
  await first.end();
  await second.end();
  await stopped;
});
