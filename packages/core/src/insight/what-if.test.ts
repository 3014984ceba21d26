import { expect, test } from "vitest";
import type { Program } from "../program/program.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { generatedActions, generateSteps, generateWorld } from "../testing/generate.ts";
import { run } from "../testing/world.ts";
import type { WorldOptions } from "../testing/world.ts";
import type { Json } from "../values/json.ts";
import type { DiffSide } from "./diff-runs.ts";
import { whatIf } from "./what-if.ts";

const built = (steps: StepSource[]): Program => buildProgram(steps, { actions: generatedActions });
const call = (id: string, more: object = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.same@1",
  input: id,
  saveAs: id,
  ...more,
});

function recorded(program: Program, options: WorldOptions = {}): DiffSide {
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

const outputs =
  (values: { readonly [stepId: string]: Json }) =>
  ({ stepId }: { readonly stepId: string }) => ({ output: values[stepId] ?? null, afterMs: 5 });

const decide = (limit: number, more: StepSource[] = []): Program =>
  built([
    call("look"),
    {
      id: "decide",
      type: "control.if",
      condition: x(`vars.look.total > ${limit}`),
      then: [call("approve")],
      else: [call("book")],
    },
    ...more,
    { id: "done", type: "control.return", output: x("vars.look.total") },
  ]);

test("[WIF-01] a definition in the place of its own runs goes the same way to the same end", () => {
  const program = decide(10);
  const act = outputs({ look: { total: 50 }, approve: "yes" });
  expect(whatIf(recorded(program, { act }), program)).toEqual({
    verdict: "same-path",
    sentence: "The draft does the same.",
    path: null,
    values: null,
    notRecorded: [],
    outcome: { status: "succeeded", output: 50 },
    common: 4,
  });
});

test("[WIF-01] where the draft goes another way, that is named, and no answer is made up for it", () => {
  const act = outputs({ look: { total: 50 } });
  const report = whatIf(recorded(decide(10), { act }), decide(100));
  expect(report).toMatchObject({
    verdict: "diverged",
    sentence: "The run went to approve, and the draft to book.",
    path: { kind: "other-step", a: { stepId: "approve" }, b: { stepId: "book" } },
    notRecorded: [
      {
        asked: "action",
        stepId: "book",
        sentence: "What book would answer was not recorded: the run did not make this call.",
      },
    ],
  });
  expect(report.outcome).toBeUndefined();
});

test("[WIF-01] a call with another input has no recorded answer", () => {
  const act = outputs({ look: { total: 5 } });
  const before = built([call("look"), call("book", { input: x("{'n': vars.look.total}") })]);
  const after = built([call("look"), call("book", { input: x("{'n': vars.look.total + 1}") })]);
  const report = whatIf(recorded(before, { act }), after);
  expect(report).toMatchObject({
    verdict: "not-recorded",
    sentence:
      "What book would answer was not recorded: its input would be another at /n: 5 in the run, 6 in the draft.",
    path: null,
  });
  expect(report.outcome).toBeUndefined();
});

test("[WIF-01] a step without effect may be added, and values that differ on the same path are told", () => {
  const act = outputs({ look: { total: 5 } });
  const added = whatIf(
    recorded(decide(10), { act }),
    decide(10, [{ id: "note", type: "transform.assign", assign: { "vars.noted": true } }]),
  );
  expect(added).toMatchObject({ verdict: "diverged", sentence: "Only the draft went to note." });
  expect(added.outcome).toEqual({ status: "succeeded", output: 5 });
  const doubled = (by: number): Program =>
    built([
      call("look"),
      { id: "sum", type: "transform.assign", assign: { "vars.sum": x(`vars.look.total * ${by}`) } },
      { id: "done", type: "control.return", output: x("vars.sum") },
    ]);
  expect(whatIf(recorded(doubled(2), { act }), doubled(3))).toMatchObject({
    verdict: "same-path",
    sentence: "The draft goes the same way. What sum wrote differs at /vars/sum: 10 in the run, 15 in the draft.",
    outcome: { status: "succeeded", output: 15 },
  });
});

test("[WIF-01] a payload that the draft does not accept is said, with its place", () => {
  const payloadSchema = {
    type: "object",
    required: ["n"],
    properties: { n: { type: "integer" } },
  };
  const draft = { ...built([call("look")]), payloadSchema };
  expect(whatIf(recorded(built([call("look")]), { payload: { n: "one" } }), draft)).toMatchObject({
    verdict: "payload-refused",
    sentence: expect.stringContaining("at /n") as string,
  });
});

const waiting = (key: string, ms: number): Program =>
  built([
    { id: "come", type: "event.wait", event: "paid", correlationKey: key, timeoutMs: ms, saveAs: "p" },
    { id: "done", type: "control.return", output: x("vars.p.n") },
  ]);

test("[WIF-01] events come when they came; for another key none is recorded, and a shorter time may be up before", () => {
  const events = [{ atMs: 500, event: { name: "paid", correlationKey: "k", payload: { n: 7 } } }];
  const run = recorded(waiting("k", 60_000), { events });
  expect(whatIf(run, waiting("k", 5_000))).toMatchObject({
    verdict: "same-path",
    outcome: { status: "succeeded", output: 7 },
  });
  expect(whatIf(run, waiting("k", 100))).toMatchObject({
    verdict: "diverged",
    outcome: { status: "failed", error: { category: "TimeoutError" } },
  });
  expect(whatIf(run, waiting("other", 60_000))).toMatchObject({
    verdict: "not-recorded",
    sentence: 'Whether paid with key "other" would have come for come was not recorded.',
    notRecorded: [{ asked: "event", stepId: "come" }],
  });
});

test("[WIF-01] whatever runs were generated, a definition in the place of its own runs does the same", () => {
  let compared = 0;
  for (let seed = 1; seed <= 400; seed += 1) {
    const program = built(generateSteps(seed, 15));
    const side = recorded(program, generateWorld(seed));
    const [first] = side.journal;
    if (first?.kind !== "input" || first.data.kind !== "start") continue;
    const { verdict, values, path, outcome } = whatIf(side, program);
    const { outcome: ended } = run(program, generateWorld(seed));
    expect({ seed, verdict, values, path, outcome }).toEqual({
      seed,
      verdict: "same-path",
      values: null,
      path: null,
      outcome: ended,
    });
    compared += 1;
  }
  expect(compared).toBeGreaterThan(300);
});
