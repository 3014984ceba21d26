import type { CommandOf } from "@mainspring/core";
import { expect, test } from "vitest";
import { idempotencyKey, inputHash } from "./idempotency-key.ts";

const call = (change: object = {}): CommandOf<"callAction"> => ({
  id: "c1",
  kind: "callAction",
  place: { stepId: "pay", stepPath: "root.steps[0].body.steps[0]", iteration: [3], execution: 7 },
  action: "shop.charge@1",
  facts: { effect: "idempotent", execution: "remote", batch: false, timeoutMs: 1_000 },
  input: { amount: 5, ref: "Aa" },
  timeoutMs: 1_000,
  attemptsMade: 0,
  ...change,
});
const place = (change: object) => ({ place: { ...call().place, ...change } });

test("[ACT-04] a key is the same for equal calls, whatever the order of the input's keys, and hangs on each of its parts", () => {
  const key = idempotencyKey("t1", "r1", call());
  expect(
    idempotencyKey(
      "t1",
      "r1",
      call({ input: { ref: "Aa", amount: 5 }, id: "c9", attemptsMade: 2, ...place({ execution: 99 }) }),
    ),
  ).toBe(key);
  const others = [
    idempotencyKey("t2", "r1", call()),
    idempotencyKey("t1", "r2", call()),
    idempotencyKey("t1", "r1", call({ action: "shop.charge@2" })),
    idempotencyKey("t1", "r1", call({ action: "shop.refund@1" })),
    idempotencyKey("t1", "r1", call(place({ stepPath: "root.steps[1].body.steps[0]" }))),
    idempotencyKey("t1", "r1", call(place({ iteration: [4] }))),
    idempotencyKey("t1", "r1", call({ input: { amount: 5, ref: "BB" } })), // equal by 32-bit hashes
    idempotencyKey("t1", "r1", call({ authoredKey: "k" })),
  ];
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

test("[ACT-05] [ACT-06] an author's key stands for run, path, iteration and input; tenant, action and major stay", () => {
  const authored = (tenant: string, run: string, change: object = {}) =>
    idempotencyKey(tenant, run, call({ authoredKey: "inv-1", ...change }));
  const key = authored("t1", "r1");
  expect(authored("t1", "r2", { ...place({ iteration: [9], stepPath: "root.steps[5]" }), input: { amount: 6 } })).toBe(
    key,
  );
  expect(
    new Set([
      key,
      authored("t2", "r1"),
      authored("t1", "r1", { action: "shop.charge@2" }),
      authored("t1", "r1", { authoredKey: "inv-2" }),
    ]).size,
  ).toBe(4);
  expect(inputHash({ amount: 5 })).not.toBe(inputHash({ amount: 6 }));
});
