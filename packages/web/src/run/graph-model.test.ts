import { expect, test } from "vitest";
import { graphOf, tallies, wasTaken } from "./graph-model.ts";
import type { StepRow } from "./step-rows.ts";

const row = (stepPath: string, status: string, execution: number): StepRow => ({
  execution,
  stepId: "s",
  stepPath,
  iteration: [],
  type: undefined,
  status,
  startedAt: "2031-01-01T00:00:00.000Z",
  finishedAt: undefined,
  attempt: undefined,
  output: undefined,
  error: undefined,
});

const definition = {
  workflow: "w",
  steps: [
    { id: "a", type: "action.call", action: "http.request@1", compensate: [{ id: "undo", type: "log" }] },
    {
      id: "pick",
      type: "control.switch",
      cases: [{ when: { $expr: "payload.n > 1" }, steps: [{ id: "b", type: "state.set", state: "B" }] }],
      default: [{ id: "c", type: "event.wait", event: "paid" }],
    },
    {
      id: "both",
      type: "control.parallel",
      branches: [
        { id: "left", steps: [{ id: "l", type: "time.wait" }] },
        { id: "right", steps: [] },
      ],
    },
  ],
};

test("the graph has every step with the path by which runs name it, and the blocks by what decides for them", () => {
  const [call, pick, both] = graphOf(definition);
  expect(call).toMatchObject({ path: "root.steps[0]", about: "http.request@1" });
  expect(call?.blocks).toMatchObject([
    { label: "compensate", steps: [{ id: "undo", path: "root.steps[0].compensate.steps[0]" }] },
  ]);
  expect(pick?.blocks).toMatchObject([
    { label: "payload.n > 1", path: "root.steps[1].cases[0]", steps: [{ path: "root.steps[1].cases[0].steps[0]" }] },
    { label: "default", steps: [{ id: "c", about: "paid", path: "root.steps[1].default.steps[0]" }] },
  ]);
  expect(both?.blocks.map(({ label }) => label)).toEqual(["left", "right"]);
});

test("what is no definition draws nothing", () => {
  for (const given of [undefined, null, [], {}, { steps: "x" }, { steps: [null, {}, { id: 1 }] }])
    expect(graphOf(given)).toEqual([]);
});

test("of several executions the one that goes on leads over the failed, and that over the done", () => {
  const path = "root.steps[0].body.steps[0]";
  const of = tallies([row(path, "SUCCEEDED", 1), row(path, "FAILED", 2), row(path, "SUCCEEDED", 3)]);
  expect(of.get(path)).toEqual({
    begun: 3,
    counts: [
      { status: "FAILED", count: 1 },
      { status: "SUCCEEDED", count: 2 },
    ],
    status: "FAILED",
    execution: 2,
  });
  expect(tallies([row(path, "FAILED", 2), row(path, "WAITING", 5)]).get(path)).toMatchObject({
    status: "WAITING",
    execution: 5,
  });
});

test("a block is taken when one of its steps was begun", () => {
  const [, pick] = graphOf(definition);
  const of = tallies([row("root.steps[1].default.steps[0]", "SUCCEEDED", 4)]);
  expect(pick?.blocks.map((block) => wasTaken(block, of))).toEqual([false, true]);
});
