import type { StepReply } from "@mainspring/api";
import { expect, test } from "vitest";
import type { StepView, WaitView } from "./fold-journal.ts";
import { barOf, heldByQuota, standingWaits, stepRows } from "./step-rows.ts";

const step: StepView = {
  execution: 2,
  stepId: "charge",
  stepPath: "root.steps[0]",
  iteration: [],
  status: "RUNNING",
  startedAt: "2031-01-01T00:00:01.000Z",
};
const row: StepReply = {
  stepId: "charge",
  stepPath: "root.steps[0]",
  iteration: [],
  execution: 2,
  type: "action.call",
  attempt: 2,
  status: "RETRYING",
  startedAt: "2031-01-01T00:00:01.000Z",
  finishedAt: null,
  input: { a: 1 },
  output: null,
  error: { code: "HTTP_503", message: "busy" },
  nextAttemptAt: "2031-01-01T00:00:05.000Z",
};

test("a try that failed and will be repeated is shown as retrying, with its last error and the time of the next", () => {
  expect(stepRows([step], [row])).toMatchObject([
    { status: "RETRYING", attempt: 2, error: { code: "HTTP_503" }, nextAttemptAt: row.nextAttemptAt, recorded: row },
  ]);
});

test("what the journal says of an end outlives a projection that was read before it", () => {
  const ended: StepView = { ...step, status: "SUCCEEDED", finishedAt: "2031-01-01T00:00:09.000Z", attempt: 3 };
  const [shown] = stepRows([ended], [row]);
  expect(shown).toMatchObject({ status: "SUCCEEDED", attempt: 3, recorded: row });
  expect(shown?.error).toBeUndefined();
});

test("a step that the projection does not have yet is shown as the journal has it", () => {
  expect(stepRows([step, { ...step, execution: 7 }], [row])[1]).toEqual({ ...step, execution: 7 });
  expect(stepRows([step], undefined)).toEqual([step]);
});

test("bars stand where their step stands in the run, an open one reaches now", () => {
  const fromMs = Date.parse("2031-01-01T00:00:00.000Z");
  expect(
    barOf({ startedAt: "2031-01-01T00:00:01.000Z", finishedAt: "2031-01-01T00:00:03.000Z" }, fromMs, fromMs + 4_000),
  ).toEqual({ left: 25, width: 50 });
  expect(barOf({ startedAt: "2031-01-01T00:00:01.000Z" }, fromMs, fromMs + 4_000)).toEqual({ left: 25, width: 75 });
  expect(barOf({ startedAt: "2031-01-01T00:00:09.000Z" }, fromMs, fromMs + 4_000)).toEqual({ left: 100, width: 0 });
});

test("a step that was cut off ends as its row says, and what was waited for is waited for no more", () => {
  const open: StepView = {
    execution: 3,
    stepId: "call",
    stepPath: "root.steps[0]",
    iteration: [],
    status: "RUNNING",
    startedAt: "2026-11-24T10:00:00.000Z",
  };
  const row: StepReply & { readonly finishedAt: string } = {
    execution: 3,
    stepId: "call",
    stepPath: "root.steps[0]",
    iteration: [],
    type: "action.call",
    attempt: 1,
    status: "FAILED",
    startedAt: open.startedAt,
    finishedAt: "2026-11-24T10:00:09.000Z",
    input: null,
    output: null,
    error: { code: "ENDED_OUTSIDE", message: "terminated" },
    nextAttemptAt: null,
  };
  expect(stepRows([open], [row])).toMatchObject([
    { status: "FAILED", finishedAt: row.finishedAt, error: { code: "ENDED_OUTSIDE" } },
  ]);
  const wait: WaitView = {
    waitId: "w",
    waitType: "quota",
    stepId: "call",
    iteration: [],
    execution: 3,
    status: "WAITING",
    openedAt: open.startedAt,
  };
  expect(heldByQuota([open], [wait])).toMatchObject([{ status: "PAUSED" }]);
  expect(heldByQuota([open], [{ ...wait, status: "RESOLVED" }])).toEqual([open]);
  expect(standingWaits([wait], null)).toEqual([wait]);
  expect(standingWaits([wait], row.finishedAt)).toEqual([{ ...wait, status: "CANCELED", closedAt: row.finishedAt }]);
});
