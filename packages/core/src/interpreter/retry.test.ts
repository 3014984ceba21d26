import { expect, test } from "vitest";
import { nextDelayMs } from "./retry.ts";

const policy = {
  maxAttempts: 5,
  backoffMs: 100,
  backoffMultiplier: 3,
  maxDelayMs: 1_000,
  jitter: false,
  retryOn: ["TransientError", "HTTP_409"],
};
const transient = { category: "TransientError", code: "HTTP_503" } as const;

test("[ACT-13] delays grow by the multiplier up to the cap, and end with the attempts", () => {
  expect([1, 2, 3, 4, 5].map((made) => nextDelayMs(policy, transient, made, 0))).toEqual([
    100,
    300,
    900,
    1_000,
    undefined,
  ]);
});

test("[ACT-13] a category or a code that is not listed is not tried again", () => {
  expect(nextDelayMs(policy, { category: "ActionError", code: "HTTP_404" }, 1, 0)).toBeUndefined();
  expect(nextDelayMs(policy, { category: "ActionError", code: "HTTP_409" }, 1, 0)).toBe(100);
});

test("[LNG-12] without a policy there is one attempt", () => {
  expect(nextDelayMs(undefined, transient, 1, 0)).toBeUndefined();
});

test("[CAS-01] [ACT-13] Retry-After lengthens one delay, at most to an hour, and never shortens it", () => {
  expect(nextDelayMs(policy, transient, 1, 0, 5_000)).toBe(5_000);
  expect(nextDelayMs(policy, transient, 1, 0, 9_000_000)).toBe(3_600_000);
  expect(nextDelayMs(policy, transient, 2, 0, 10)).toBe(300);
});

test("jitter keeps a delay between half of it and the whole", () => {
  const jittered = { ...policy, jitter: true };
  expect(nextDelayMs(jittered, transient, 2, 0)).toBe(150);
  expect(nextDelayMs(jittered, transient, 2, 1)).toBe(300);
});
