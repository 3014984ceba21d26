import { expect, test } from "vitest";
import { oneWriteAtATime } from "./one-write-at-a-time.ts";

test("what comes while a write is under way goes together in the next one", async () => {
  const writes: (readonly number[])[] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const write = oneWriteAtATime<number>(async (items) => {
    writes.push(items);
    if (writes.length === 1) await held;
  });
  const first = [write(1), write(2)];
  while (writes.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = [write(3), write(4), write(5)];
  release();
  await Promise.all([...first, ...second]);
  expect(writes).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

test("a write that fails fails for those in it, and the next one is tried", async () => {
  let writes = 0;
  const write = oneWriteAtATime<number>(async () => {
    if (++writes === 1) throw new Error("the database is away");
  });
  await expect(write(1)).rejects.toThrow("away");
  await expect(write(2)).resolves.toBeUndefined();
});
