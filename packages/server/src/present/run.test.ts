import type { RunRow } from "@mainspring/store";
import { expect, test } from "vitest";
import { presentRun } from "./run.ts";

const at = "2031-01-01T00:00:00.000Z";
const row: RunRow = {
  id: "01a21672-4b9c-7741-9758-a6155c90a633",
  workflowKey: "w",
  version: 1,
  status: "CANCELED",
  state: null,
  engine: "temporal",
  temporalWorkflowId: null,
  temporalRunId: null,
  definitionHash: null,
  programHash: null,
  semantics: 2,
  parentRunId: null,
  rootRunId: null,
  replayOfRunId: null,
  restartedFrom: null,
  trigger: "api",
  triggerMetadata: null,
  input: {},
  output: null,
  error: {
    category: "Cancellation",
    code: "CANCELED",
    message: "The run was cancelled.",
    at,
    details: { by: "temporal" },
  },
  nodePath: null,
  stepCount: 0,
  journalSeq: 0,
  finalStateHash: null,
  startedBy: null,
  queuedReason: null,
  cancelRequestedAt: at,
  cancelRequestedBy: "api-key:7",
  confirmedAt: at,
  createdAt: at,
  startedAt: at,
  completedAt: at,
  updatedAt: at,
};
const none = { replays: [], restarts: [], children: [] };
const detail = { historyEvents: 214, cancelReason: null };

test("[RUN-06] a cancelled run names who asked, where the row knows it", () => {
  expect(presentRun(row, none, detail).error?.details).toEqual({ by: "api-key:7" });
  expect(presentRun({ ...row, cancelRequestedBy: null }, none, detail).error?.details).toEqual({ by: "temporal" });
});

test("a run leads on to what was made from it", () => {
  const made = { id: "01a21672-4b9c-7741-9758-a6155c90a634", workflow: "w", status: "QUEUED", createdAt: at };
  expect(presentRun(row, { ...none, restarts: [made] }, detail)).toMatchObject({
    replays: [],
    restarts: [made],
    children: [],
  });
});

test("a run tells why it was cancelled, whether it had begun or not, and how much of its history it has used", () => {
  expect(presentRun(row, none, { ...detail, cancelReason: "ordered twice" })).toMatchObject({
    cancelRequestedBy: "api-key:7",
    cancelReason: "ordered twice",
    history: { events: 214, max: 40_000 },
  });
  const voided = {
    code: "CANCELED",
    message: "Cancelled before it was started.",
    details: { by: "x", reason: "late" },
  };
  expect(presentRun({ ...row, error: voided }, none, detail).cancelReason).toBe("late");
  expect(presentRun(row, none, detail).cancelReason).toBeNull();
  expect(presentRun({ ...row, engine: "legacy" }, none, detail).history).toBeNull();
});
