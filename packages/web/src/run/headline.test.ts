import { expect, test } from "vitest";
import type { StepView, WaitView } from "./fold-journal.ts";
import { headlineOf, isUnclaimed, type HeadlineFacts, type UnclaimedFacts } from "./headline.ts";

const startedAt = "2031-03-30T00:30:00.000Z";
const nowMs = Date.parse(startedAt) + 90_000;
const step: StepView = {
  execution: 2,
  stepId: "charge",
  stepPath: "root.steps[0]",
  iteration: [],
  type: "action.call",
  status: "RUNNING",
  startedAt: "2031-03-30T00:31:26.000Z",
};
const wait: WaitView = {
  waitId: "c1",
  waitType: "event",
  stepId: "paid",
  iteration: [],
  execution: 4,
  status: "WAITING",
  openedAt: startedAt,
  event: "payment.received",
  key: "o-17",
  until: "2031-04-02T12:00:00.000Z",
};
const facts: HeadlineFacts = {
  status: "RUNNING",
  startedAt,
  endedAt: null,
  error: null,
  cancelRequestedAt: null,
  cancel: undefined,
  steps: [step],
  stepCount: 1,
  waits: [],
};

test("a waiting run says for what, with which key and until when", () => {
  expect(headlineOf({ ...facts, status: "WAITING", waits: [wait] }, nowMs).sentence).toMatch(
    /^It waits for `payment\.received` with key `o-17` until Wed 2 Apr \d\d:\d\d \S+\.$/,
  );
  const both = headlineOf(
    {
      ...facts,
      status: "WAITING",
      waits: [
        wait,
        { ...wait, waitId: "c2", waitType: "time", until: undefined, stepId: "nap" },
        { ...wait, status: "RESOLVED" },
      ],
    },
    nowMs,
  );
  expect(both.also).toEqual(["It also sleeps in `nap`."]);
});

test("a wait says which filters an event must pass", () => {
  const filtered = (filters: WaitView["filters"]): string =>
    headlineOf({ ...facts, status: "WAITING", waits: [{ ...wait, until: undefined, filters }] }, nowMs).sentence;
  const amount = { path: "payload.amount", op: ">=", value: 50 } as const;
  expect(filtered([amount])).toBe("It waits for `payment.received` with key `o-17` where `payload.amount >= 50`.");
  expect(filtered([amount, { path: "payload.note", op: "exists" }])).toContain(
    "where `payload.amount >= 50` and `payload.note exists`.",
  );
  expect(filtered([amount, amount, amount])).toContain("and 1 more hold.");
});

test("[UI-06] a run RUNNING with no step that started more than 60 s ago is one that no worker has picked up", () => {
  expect(isUnclaimed({ status: "RUNNING", startedAt, stepCount: 0 }, nowMs)).toBe(true);
  expect(isUnclaimed({ status: "RUNNING", startedAt, stepCount: 0 }, Date.parse(startedAt) + 60_001)).toBe(true);
});

test("[UI-07] up to 60 s, once a step exists and in every other status it is none", () => {
  const unclaimed: UnclaimedFacts = { status: "RUNNING", startedAt, stepCount: 0 };
  const others: [UnclaimedFacts, number][] = [
    [unclaimed, Date.parse(startedAt) + 60_000],
    [{ ...unclaimed, stepCount: 1 }, nowMs],
    [{ ...unclaimed, startedAt: null }, nowMs],
    ...["QUEUED", "WAITING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELED"].map((status): [UnclaimedFacts, number] => [
      { ...unclaimed, status },
      nowMs,
    ]),
  ];
  for (const [facts, at] of others) expect(isUnclaimed(facts, at)).toBe(false);
});

test("a waiting run names the people or the run that it waits for", () => {
  const sentence = (each: Partial<WaitView>): string =>
    headlineOf({ ...facts, status: "WAITING", waits: [{ ...wait, until: undefined, ...each }] }, nowMs).sentence;
  const task = { waitType: "human", title: "Approve the refund", key: "t-1" } as const;
  expect(sentence({ ...task, assignTo: { users: ["ada"], groups: ["legal"] } })).toBe(
    "It waits for ada or the group legal to answer “Approve the refund”.",
  );
  expect(sentence({ ...task, dueAt: "2031-04-02T12:00:00.000Z" })).toMatch(
    /^It waits for anybody to answer .*, due Wed 2 Apr/,
  );
  expect(sentence({ waitType: "child", workflow: "invoicing", key: "run-2" })).toBe(
    "It waits for a run of `invoicing` that it called in `paid`.",
  );
});

test("a running one says which steps it runs, blocks around them left out", () => {
  expect(headlineOf(facts, nowMs).sentence).toBe("It runs `charge`, for 4 s now.");
  const block: StepView = { ...step, execution: 1, stepId: "each", type: "control.forEach" };
  const twin: StepView = { ...step, execution: 3, stepId: "mail", iteration: [1] };
  expect(headlineOf({ ...facts, steps: [block, step, twin] }, nowMs).sentence).toBe(
    "It runs `charge` and `mail[1]` side by side.",
  );
});

test("a failed one names the step and the code", () => {
  const error = {
    category: "ActionError",
    code: "PAYMENT_DECLINED",
    message: "card refused",
    stepId: "charge",
    at: startedAt,
  } as const;
  const headline = headlineOf({ ...facts, status: "FAILED", error }, nowMs);
  expect(headline.sentence).toMatch(/^It failed in `charge` at .*: `PAYMENT_DECLINED`$/);
  expect(headline.also).toEqual(["card refused"]);
});

test("a cancel that was asked for is said until the run has ended", () => {
  const asked = { ...facts, cancelRequestedAt: "2031-03-30T00:31:00.000Z" };
  expect(headlineOf(asked, nowMs).sentence).toContain("Cancel was asked for");
  expect(headlineOf({ ...asked, status: "CANCELED", endedAt: "2031-03-30T00:31:04.200Z" }, nowMs).sentence).toBe(
    "It was canceled after 1 m 04 s.",
  );
});

test("a canceled run says who asked for it and why, and which effects may remain", () => {
  const canceled = headlineOf(
    {
      ...facts,
      status: "CANCELED",
      endedAt: "2031-03-30T00:30:07.000Z",
      cancel: { by: "ada", reason: "typo in the order" },
      error: {
        category: "ControlError",
        code: "CANCELED",
        message: "",
        at: startedAt,
        details: {
          effectsMayRemain: [
            { stepPath: "root.steps[0]", iteration: [] },
            { stepPath: "root.steps[9]", iteration: [2] },
          ],
        },
      },
    },
    nowMs,
  );
  expect(canceled.sentence).toBe("It was canceled after 7.0 s by ada: “typo in the order”.");
  expect(canceled.also).toEqual([
    "What was done by `charge` and `root.steps[9][2]` may remain: see what became of it.",
  ]);
});
