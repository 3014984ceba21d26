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

test("[RUN-06] a cancelled run names who asked, where the row knows it", () => {
  expect(presentRun(row, none).error?.details).toEqual({ by: "api-key:7" });
  expect(presentRun({ ...row, cancelRequestedBy: null }, none).error?.details).toEqual({ by: "temporal" });
});

test("a run leads on to what was made from it", () => {
  const made = { id: "01a21672-4b9c-7741-9758-a6155c90a634", workflow: "w", status: "QUEUED", createdAt: at };
  expect(presentRun(row, { ...none, restarts: [made] })).toMatchObject({ replays: [], restarts: [made], children: [] });
});
