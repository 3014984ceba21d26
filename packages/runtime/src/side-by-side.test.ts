import { expect, test } from "vitest";
import { sideBySide } from "./side-by-side.ts";

test("so many at once and no more, results in the order of the items", async () => {
  let [underWay, most] = [0, 0];
  const results = await sideBySide([5, 1, 4, 2, 3], 2, async (n) => {
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < n; turn += 1) await Promise.resolve();
    underWay -= 1;
    return n * 10;
  });
  expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
  expect(await sideBySide([], 2, async () => 1)).toEqual([]);
});

test("after a failure nothing is begun, and what had begun is waited for", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const all = sideBySide([1, 2, 3, 4], 2, async (n) => {
    begun.push(n);
    if (n === 1) throw new Error("the first");
    await held;
    ended.push(n);
  });
  let isOver = false;
  const outcome = all.catch((error: Error) => error.message).finally(() => (isOver = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([begun, isOver]).toEqual([[1, 2], false]);
  release();
  expect(await outcome).toBe("the first");
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});
