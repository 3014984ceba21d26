import { expect, test } from "vitest";
import { Fifo } from "./fifo.ts";

test("who sleeps wakes behind all that comes in with the first, however long its way", async () => {
  const fifo = new Fifo<string>();
  const sleeping = fifo.sleep().then(() => fifo.length);
  const later = async (turns: number, item: string): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    fifo.push(item);
  };
  for (const turns of [1, 0, 10, 5]) void later(turns, `after ${turns}`);
  expect(await sleeping).toBe(4);
  expect([fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()]).toEqual([
    "after 0",
    "after 1",
    "after 5",
    "after 10",
    undefined,
  ]);
});

test("a wake that comes while nobody sleeps is not kept, and one without an item wakes as well", async () => {
  const fifo = new Fifo<string>();
  fifo.wake();
  let awake = false;
  const sleeping = fifo.sleep().then(() => (awake = true));
  await new Promise(setImmediate);
  expect(awake).toBe(false);
  fifo.wake();
  await sleeping;
  expect(fifo.length).toBe(0);
});
