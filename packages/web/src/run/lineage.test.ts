import { expect, test } from "vitest";
import { lineageTree, relativesOf } from "./lineage.ts";
import type { WaitView } from "./fold-journal.ts";

const child: WaitView = {
  waitId: "c1",
  waitType: "child",
  stepId: "invoice",
  iteration: [],
  execution: 3,
  status: "WAITING",
  openedAt: "2031-03-30T00:30:00.000Z",
  key: "child-run",
  workflow: "invoicing",
};
const alone = {
  id: "me",
  parentRunId: null,
  rootRunId: "me",
  replayOfRunId: null,
  restartedFrom: null,
  trigger: null,
  children: [],
  replays: [],
  restarts: [],
};

test("a run that came from nothing and made nothing has no relatives", () => {
  expect(relativesOf(alone, [])).toEqual([]);
  expect(relativesOf(alone, [child])).toEqual([]);
});

test("[RUN-10] where a run comes from, what it called and what was made from it is told", () => {
  const made = { workflow: "invoicing", status: "RUNNING", createdAt: "2031-03-30T00:30:00.000Z" } as const;
  const run = {
    ...alone,
    parentRunId: "mother",
    rootRunId: "mother",
    replayOfRunId: "first",
    restartedFrom: "broken",
    trigger: { type: "restart", stepId: "charge", stepPath: "root.steps[2]" },
    children: [{ id: "child-run", ...made }],
    replays: [{ id: "again", ...made }],
  };
  expect(relativesOf(run, [child])).toEqual([
    { relation: "parent", runId: "mother" },
    { relation: "replay of", runId: "first" },
    { relation: "restarted from", runId: "broken", step: "charge" },
    { relation: "child", runId: "child-run", known: made, step: "invoice" },
    { relation: "replay", runId: "again", known: made, step: undefined },
  ]);
  expect(relativesOf({ ...run, rootRunId: "grandmother" }, [])[0]).toEqual({ relation: "root", runId: "grandmother" });
});

test("relatives stand above and below the run, as deep as they are away from the first", () => {
  const at = (relation: "root" | "parent" | "replay of" | "child") => ({ relation, runId: relation }) as const;
  const depths = (relatives: Parameters<typeof lineageTree>[0]) => {
    const { above, ownDepth, below } = lineageTree(relatives);
    return [above.map(({ runId, depth }) => `${runId} ${depth}`), ownDepth, below.map(({ depth }) => depth)];
  };
  expect(depths([at("root"), at("parent"), at("child")])).toEqual([["root 0", "parent 1"], 2, [3]]);
  expect(depths([at("parent"), at("replay of")])).toEqual([["parent 0", "replay of 0"], 1, []]);
  expect(depths([at("child")])).toEqual([[], 0, [1]]);
});
