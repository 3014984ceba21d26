import { expect, test } from "vitest";
import type { WaitView } from "./fold-journal.ts";
import type { StepRow } from "./step-rows.ts";
import { foldedLanes, lanesOf, rowsInSight, wholeMsOf } from "./timeline-model.ts";

const startMs = Date.parse("2026-11-24T10:00:00.000Z");
const at = (ms: number): string => new Date(startMs + ms).toISOString();

const loop: StepRow = {
  execution: 2,
  stepId: "each",
  stepPath: "root.steps[0]",
  iteration: [],
  type: "control.forEach",
  status: "RUNNING",
  startedAt: at(10),
};
const paid: StepRow = {
  execution: 3,
  stepId: "paid",
  stepPath: "root.steps[0].body.steps[0]",
  iteration: [0],
  type: "event.wait",
  status: "SUCCEEDED",
  startedAt: at(20),
  finishedAt: at(520),
};
const wait: WaitView = {
  waitId: "w",
  waitType: "event",
  stepId: "paid",
  iteration: [0],
  execution: 3,
  status: "RESOLVED",
  openedAt: at(30),
  closedAt: at(510),
  event: "payment.received",
  key: "o-17",
};

test("each step has its time and its waits, and what holds other steps is drawn as such", () => {
  expect(lanesOf([loop, paid], [wait], startMs)).toEqual([
    { step: loop, depth: 0, spans: [{ kind: "block", status: "RUNNING", fromMs: 10 }] },
    {
      step: paid,
      depth: 1,
      spans: [
        { kind: "step", status: "SUCCEEDED", fromMs: 20, toMs: 520 },
        { kind: "wait", status: "RESOLVED", fromMs: 30, toMs: 510, label: "payment.received · o-17" },
      ],
    },
  ]);
});

test("a folded loop says how often it has turned, and what stands in it is left out", () => {
  const turn = (iteration: number): StepRow => ({ ...paid, execution: 3 + iteration, iteration: [iteration] });
  const after: StepRow = { ...paid, execution: 9, stepId: "after", stepPath: "root.steps[10]", iteration: [] };
  const folded = foldedLanes(lanesOf([loop, turn(0), turn(1), turn(2), after], [], startMs));
  expect(folded.map(({ step, turns }) => [step.stepId, turns])).toEqual([
    ["each", 3],
    ["after", undefined],
  ]);
});

test("an open run reaches to now, an ended one to its end or to what ended after it", () => {
  const lanes = lanesOf([loop, paid], [wait], startMs);
  expect(wholeMsOf(lanes, undefined, 9_000)).toBe(9_000);
  expect(wholeMsOf(lanes, 600, 9_000)).toBe(600);
  expect(wholeMsOf(lanes, 500, 9_000)).toBe(520);
  expect(wholeMsOf([], 0, 0)).toBe(1);
});

test("of many rows only those in sight are drawn", () => {
  expect(rowsInSight(2_000, 26, 26_000, 520)).toEqual({ first: 992, end: 1_028 });
  expect(rowsInSight(5, 26, 0, 520)).toEqual({ first: 0, end: 5 });
  expect(rowsInSight(5, 26, 9_999, 520)).toEqual({ first: 0, end: 5 });
});
