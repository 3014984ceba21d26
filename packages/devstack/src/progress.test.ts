import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lineProgress } from "./progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a long step says what it does after 2 s, the time passed every 15 s, and how long it took", async () => {
  const lines: string[] = [];
  const { step } = lineProgress((text) => lines.push(text));
  const done = Promise.withResolvers<number>();
  const result = step("Building", () => done.promise);
  await vi.advanceTimersByTimeAsync(31_000);
  done.resolve(42);
  expect(await result).toBe(42);
  expect(lines).toEqual([
    "  … Building\n",
    "  … Building: 15.0 s\n",
    "  … Building: 30.0 s\n",
    "  ✓ Building (31.0 s)\n",
  ]);
});

test("a step that fails says so and passes the error on", async () => {
  const lines: string[] = [];
  const { step } = lineProgress((text) => lines.push(text));
  await expect(step("Building", () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  expect(lines).toEqual(["  ✗ Building (0.0 s)\n"]);
});
