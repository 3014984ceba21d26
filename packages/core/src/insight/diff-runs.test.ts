import { expect, test } from "vitest";
import type { Program } from "../program/program.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { chance, generatedActions, generateSteps, generateWorld } from "../testing/generate.ts";
import { run } from "../testing/world.ts";
import type { WorldOptions } from "../testing/world.ts";
import type { Json } from "../values/json.ts";
import { diffRuns, type DiffSide, type RunDiff } from "./diff-runs.ts";

const built = (steps: StepSource[]): Program => buildProgram(steps, { actions: generatedActions });
const call = (id: string, more: object = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.same@1",
  input: id,
  saveAs: id,
  ...more,
});

function side(program: Program, options: WorldOptions): DiffSide {
  const { journal } = run(program, options);
  return {
    runId: "r",
    workflow: "w",
    version: 1,
    definitionHash: program.definitionHash,
    program,
    journal: JSON.parse(JSON.stringify(journal)) as DiffSide["journal"],
  };
}

const compared = (program: Program, a: WorldOptions, b: WorldOptions): RunDiff =>
  diffRuns(side(program, a), side(program, b));
const outputs =
  (values: { readonly [stepId: string]: Json }, afterMs = 1) =>
  ({ stepId }: { readonly stepId: string }) => ({ output: values[stepId] ?? null, afterMs });

const branching = built([
  call("look"),
  {
    id: "decide",
    type: "control.if",
    condition: x("vars.look.total > 10"),
    then: [call("approve")],
    else: [call("book")],
  },
  { id: "done", type: "control.return", output: x("vars.look.total") },
]);

test("[DIF-01] runs that did the same are the same", () => {
  const act = outputs({ look: { total: 5 } });
  expect(compared(branching, { act }, { act })).toMatchObject({
    same: true,
    sameDefinition: true,
    path: null,
    values: null,
    timing: null,
    common: 4,
  });
});

test("[DIF-01] the first divergence is named in path and in values, and the cause before its effect", () => {
  const diff = compared(
    branching,
    { act: outputs({ look: { total: 5, sku: "s" } }) },
    { act: outputs({ look: { total: 50, sku: "s" } }) },
  );
  expect(diff.path).toMatchObject({
    kind: "other-step",
    sentence: "A went to book, and B to approve.",
    a: { stepId: "book" },
    b: { stepId: "approve" },
  });
  expect(diff.values).toMatchObject({
    of: "output",
    sentence: "The output of look differs at /total: 5 in A, 50 in B.",
    pointer: "/total",
    aValue: 5,
    bValue: 50,
    a: { stepId: "look" },
  });
  expect(diff.same).toBe(false);
});

test("[DIF-01] beside a run that is under way it is said where that stands", () => {
  const whole = side(branching, { act: outputs({ look: { total: 5 } }) });
  const look = whole.journal.findIndex((entry) => entry.kind === "step" && entry.status === "SUCCEEDED");
  const begun = { ...whole, journal: whole.journal.slice(0, look) };
  const sentences = [diffRuns(whole, begun), diffRuns(begun, whole)].map(({ path }) => path?.sentence);
  expect(sentences).toEqual([
    "look ended SUCCEEDED in A and is RUNNING in B.",
    "look is RUNNING in A and ended SUCCEEDED in B.",
  ]);
});

test("[DIF-01] another payload, another event and another error are named where they came in", () => {
  const waiting = built([
    { id: "heard", type: "event.wait", event: "go", correlationKey: "k", saveAs: "came" },
    call("act", { onError: { policy: "continue" } }),
  ]);
  const go = (payload: Json): WorldOptions["events"] => [
    { atMs: 5, event: { name: "go", correlationKey: "k", payload } },
  ];
  const payload = compared(waiting, { payload: { a: 1 }, events: go(1) }, { payload: { a: 2 }, events: go(1) });
  expect(payload.values).toMatchObject({ of: "payload", pointer: "/a", aValue: 1, bValue: 2 });
  const event = compared(waiting, { events: go({ n: 1 }) }, { events: go({ n: 1, more: true }) });
  expect(event.values).toMatchObject({ of: "event", pointer: "/more", bValue: true, a: { stepId: "heard" } });
  expect(event.values).not.toHaveProperty("aValue");
  const failing = compared(waiting, { events: go(1) }, {
    events: go(1),
    act: () => ({ error: { category: "ActionError", code: "REFUSED", message: "no" } }),
  } as WorldOptions);
  expect(failing.path).toMatchObject({
    kind: "other-status",
    a: { stepId: "act", status: "SUCCEEDED" },
    b: { status: "FAILED" },
  });
  expect(failing.differences.map(({ of }) => of)).toContain("output");
});

test("[DIF-01] runs of two versions are matched by the ids of their steps", () => {
  const before = built([{ id: "rate", type: "transform.assign", assign: { "vars.rate": 7 } }, call("book")]);
  const after = built([
    call("check"),
    { id: "rate", type: "transform.assign", assign: { "vars.rate": 19 } },
    call("book"),
  ]);
  const diff = diffRuns(side(before, {}), side(after, {}));
  expect(diff.sameDefinition).toBe(false);
  expect(diff.path).toMatchObject({ kind: "only-in-b", sentence: "Only B went to check.", b: { stepId: "check" } });
  expect(diff.values).toMatchObject({
    of: "written",
    sentence: "What rate wrote differs at /vars/rate: 7 in A, 19 in B.",
    pointer: "/vars/rate",
    a: { stepPath: "root.steps[0]" },
    b: { stepPath: "root.steps[1]" },
  });
  expect(diff.common).toBe(2);
});

test("[DIF-01] the step that took longer is named, not the block around it; and branches may interleave as they like", () => {
  const both = built([
    {
      id: "both",
      type: "control.parallel",
      branches: [
        { id: "x", steps: [call("left"), call("left-2")] },
        { id: "y", steps: [call("right"), call("right-2")] },
      ],
    },
  ]);
  const slow = (stepId: string) => ({
    act: (called: { readonly stepId: string }) => ({ output: null, afterMs: called.stepId === stepId ? 5_000 : 10 }),
  });
  const diff = compared(both, slow("left"), slow("right"));
  expect([diff.same, diff.path]).toEqual([true, null]);
  expect(diff.timing).toMatchObject({ a: { stepId: "right" }, aMs: 10, bMs: 5_000, differenceMs: 4_990 });
  expect(diff.timing?.sentence).toBe("right took 10 ms in A and 5 s in B.");
});

test("[DIF-01] a planted divergence is named in generated runs: the first step whose output was changed", () => {
  let planted = 0;
  for (let seed = 1; planted < 60; seed += 1) {
    const program = buildProgram(generateSteps(seed, 15), { actions: generatedActions });
    const world = generateWorld(seed);
    const { effects } = run(program, world);
    const answered = effects.filter((effect) => "output" in (world.act?.(effect) ?? {}));
    const victim = answered[Math.floor(chance(seed)() * answered.length)];
    if (victim === undefined) continue;
    planted += 1;
    const place = `${victim.stepId} ${victim.iteration.join()}`;
    const act: WorldOptions["act"] = (called) => {
      const answer = world.act?.(called) ?? { output: null };
      if (`${called.stepId} ${called.iteration.join()}` !== place || !("output" in answer)) return answer;
      return { ...answer, output: { planted: true } };
    };
    const diff = compared(program, world, { ...world, act });
    const first = diff.differences.find(({ of }) => of === "output");
    // A run that was over, or had cancelled the step, before its answer came takes no notice.
    if (diff.same && first === undefined) continue;
    expect(first?.a, `seed ${seed}, ${place}`).toMatchObject({
      stepId: victim.stepId,
      iteration: [...victim.iteration],
    });
    expect(diff.same).toBe(false);
  }
});
