import type { JournalEntry } from "@mainspring/core";
import { expect, test } from "vitest";
import { addEntries, depthOf, emptyJournal, lastSeqOf, stepTitle } from "./fold-journal.ts";

const at = (second: number): string => `2031-03-30T00:30:${String(second).padStart(2, "0")}.000Z`;
const place = (stepId: string, execution: number, iteration: number[] = []) => ({
  stepId,
  stepPath: `root.steps[${execution}]`,
  iteration,
  execution,
});
const error = { category: "ActionError", code: "HTTP_STATUS", message: "404", at: at(3) } as const;

const entries: JournalEntry[] = [
  { seq: 1, at: at(0), kind: "run", status: "RUNNING" },
  {
    seq: 2,
    at: at(1),
    kind: "step",
    status: "RUNNING",
    ...place("charge", 2),
    data: { type: "action.call", attempt: 1 },
  },
  { seq: 3, at: at(3), kind: "step", status: "FAILED", ...place("charge", 2), data: { error } },
  { seq: 4, at: at(3), kind: "step", status: "WAITING", ...place("paid", 4), data: { type: "event.wait" } },
  {
    seq: 5,
    at: at(3),
    kind: "wait",
    status: "WAITING",
    waitId: "c2",
    waitType: "event",
    ...place("paid", 4),
    data: { event: "payment.received", key: "o-17", timeoutAt: at(59) },
  },
  { seq: 6, at: at(3), kind: "run", status: "WAITING" },
  {
    seq: 7,
    at: at(5),
    kind: "input",
    data: { kind: "resume", event: { kind: "cancelRequested", by: "olga", reason: "typo", now: at(5), turn: 3 } },
  },
  {
    seq: 8,
    at: at(5),
    kind: "wait",
    status: "CANCELED",
    waitId: "c2",
    waitType: "event",
    ...place("paid", 4),
    data: { resolvedBy: "cancel" },
  },
  { seq: 9, at: at(6), kind: "state", data: "CLOSED" },
  { seq: 10, at: at(6), kind: "run", status: "CANCELED", data: { error: { ...error, code: "CANCELED" } } },
];

test("entries become steps, waits and the run's end", () => {
  const view = addEntries(emptyJournal, entries);
  expect(view.steps).toMatchObject([
    { stepId: "charge", status: "FAILED", type: "action.call", attempt: 1, startedAt: at(1), finishedAt: at(3), error },
    { stepId: "paid", status: "WAITING", startedAt: at(3), finishedAt: undefined },
  ]);
  expect(view.waits).toMatchObject([
    {
      waitId: "c2",
      event: "payment.received",
      key: "o-17",
      until: at(59),
      status: "CANCELED",
      openedAt: at(3),
      closedAt: at(5),
      resolvedBy: "cancel",
    },
  ]);
  expect(view).toMatchObject({
    status: "CANCELED",
    endedAt: at(6),
    state: "CLOSED",
    cancel: { by: "olga", reason: "typo" },
    error: { code: "CANCELED" },
  });
});

test("one by one, in any grouping and with repetitions after a reconnect, the view is the same", () => {
  const whole = addEntries(emptyJournal, entries);
  for (let size = 1; size <= 4; size += 1) {
    let view = emptyJournal;
    for (let from = 0; from < entries.length; from += size)
      view = addEntries(view, entries.slice(Math.max(0, from - 2), from + size));
    expect(view).toEqual(whole);
  }
});

test("what is known already makes no new view, so that nothing is drawn again", () => {
  const view = addEntries(emptyJournal, entries);
  expect(addEntries(view, entries.slice(3))).toBe(view);
  expect(lastSeqOf(view)).toBe(10);
  expect(lastSeqOf(emptyJournal)).toBe(0);
});

test("a rewritten end of the journal replaces what was known of it", () => {
  const view = addEntries(emptyJournal, entries);
  const rewritten: JournalEntry = {
    seq: 3,
    at: at(4),
    kind: "step",
    status: "SUCCEEDED",
    ...place("charge", 2),
    data: { output: { ok: true } },
  };
  const after = addEntries(view, [entries[1] as JournalEntry, rewritten]);
  expect(after.steps).toMatchObject([
    { stepId: "charge", status: "SUCCEEDED", output: { ok: true }, error: undefined },
  ]);
  expect(after.waits).toEqual([]);
  expect(after.status).toBe("RUNNING");
  expect(after.cancel).toBeUndefined();
  expect(lastSeqOf(after)).toBe(3);
});

test("an error of a try is gone when the next one succeeds, and turns of a loop are rows of their own", () => {
  const view = addEntries(emptyJournal, [
    { seq: 1, at: at(0), kind: "step", status: "RUNNING", ...place("ask", 1, [0]), data: { attempt: 1, error } },
    {
      seq: 2,
      at: at(1),
      kind: "step",
      status: "SUCCEEDED",
      ...place("ask", 1, [0]),
      data: { attempt: 2, output: null },
    },
    { seq: 3, at: at(1), kind: "step", status: "RUNNING", ...place("ask", 3, [1]) },
  ]);
  expect(view.steps).toMatchObject([
    { execution: 1, attempt: 2, output: null, error: undefined },
    { execution: 3, status: "RUNNING" },
  ]);
  expect(view.steps.map(stepTitle)).toEqual(["ask[0]", "ask[1]"]);
});

test("an entry of a kind that a newer server adds disturbs nothing", () => {
  const strange = { seq: 1, at: at(0), kind: "snapshot", data: {} } as unknown as JournalEntry;
  expect(addEntries(emptyJournal, [strange])).toMatchObject({ steps: [], waits: [], entries: [strange] });
});

test("depth follows the step path", () => {
  expect(
    ["root.steps[2]", "root.steps[2].then.steps[0]", "root.steps[0].branches[1].steps[0]", "root"].map(depthOf),
  ).toEqual([0, 1, 1, 0]);
});
