import fc from "fast-check";
import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import { generatedActions, generateSteps, generateWorld } from "../testing/generate.ts";
import { brokenPromise, childResult, inbound, run, startContext } from "../testing/world.ts";
import type { Program } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import { taskIdOf } from "./ids.ts";
import { openCommands, resume, start } from "./interpret.ts";
import type { RunEvent, RunState } from "./transition.ts";

const now = "2031-01-01T00:00:01.000Z";

/** States that runs of generated programs came through. */
function statesOf(seed: number): { program: Program; states: RunState[] } {
  const program = buildProgram(generateSteps(seed, 15), { actions: generatedActions });
  const states: RunState[] = [];
  run(program, { ...generateWorld(seed), watch: ({ state }) => states.push(state) });
  return { program, states };
}

const commandId = fc.integer({ min: 0, max: 30 }).map((n) => `c${n}`);
const inboundEvent = fc
  .record({
    id: fc.constantFrom("event-0", "event-1", "new"),
    name: fc.constantFrom("e1", "e2", "x"),
    payload: fc.jsonValue() as fc.Arbitrary<Json>,
    inbox: fc.boolean(),
  })
  .map((event) => inbound(event, now));
const anyEvent: fc.Arbitrary<RunEvent> = fc
  .oneof(
    fc.record({
      kind: fc.constant("actionSucceeded" as const),
      id: commandId,
      output: fc.jsonValue() as fc.Arbitrary<Json>,
      attempt: fc.nat(5),
    }),
    fc.record({
      kind: fc.constant("actionFailed" as const),
      id: commandId,
      error: fc.record({
        category: fc.constantFrom(
          "ActionError" as const,
          "Cancellation" as const,
          "InterpreterCorruption" as const,
          "ControlError" as const,
        ),
        code: fc.constantFrom("X", "LOOP_BUDGET"),
        message: fc.string(),
        attempt: fc.nat(5),
      }),
    }),
    fc.record({
      kind: fc.constant("actionHandedBack" as const),
      id: commandId,
      attemptsMade: fc.nat(5),
      error: fc.constant({ category: "TransientError" as const, code: "X", message: "x", attempt: 1 }),
    }),
    fc.record({ kind: fc.constant("timerStarted" as const), id: commandId, dueAt: fc.constant(now) }),
    fc.record({ kind: fc.constant("timerFired" as const), id: commandId }),
    fc.record({
      kind: fc.constant("waitOpened" as const),
      id: commandId,
      candidates: fc.array(inboundEvent, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("eventArrived" as const), event: inboundEvent }),
    fc.record({ kind: fc.constant("cancelRequested" as const), by: fc.constant("somebody") }),
    fc.record({ kind: fc.constant("historyBudgetSpent" as const) }),
    fc.record({ kind: fc.constant("continue" as const) }),
    fc.record({
      kind: fc.constant("taskOpened" as const),
      id: commandId,
      taskId: commandId.map((id) => taskIdOf("run-1", id)),
      schema: fc.constantFrom<Json>({}, { type: "object" }),
    }),
    fc.record({
      kind: fc.constant("taskAnswered" as const),
      taskId: commandId.map((id) => taskIdOf("run-1", id)),
      answer: fc.jsonValue() as fc.Arbitrary<Json>,
      by: fc.string(),
      override: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("actionHeld" as const), id: commandId }),
    fc.record({ kind: fc.constant("quotaReleased" as const) }),
    fc.record({ kind: fc.constant("childStarted" as const), id: commandId, runId: fc.string() }),
    fc.record({
      kind: fc.constant("childSucceeded" as const),
      id: commandId,
      result: fc
        .jsonValue()
        .map((value) =>
          childResult("r", { workflow: "w", stepId: "s", iteration: [], input: null, attempt: 1 }, value as Json),
        ),
    }),
    fc.record({
      kind: fc.constant("childFailed" as const),
      id: commandId,
      error: fc.constantFrom(
        { category: "BusinessError" as const, code: "X", message: "x" },
        { category: "Cancellation" as const, code: "CANCELED", message: "x" },
      ),
    }),
    fc.record({
      kind: fc.constant("commandFailed" as const),
      id: commandId,
      error: fc.constant({ category: "ControlError" as const, code: "CALENDAR_UNKNOWN", message: "x" }),
    }),
    fc.record({ kind: fc.constant("no such event" as "continue") }),
  )
  .chain((event) => fc.integer({ min: 1, max: 9 }).map((turn) => ({ ...event, now, turn }) as RunEvent));

test("any event in any state of any run gives a transition that keeps its promises", () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.array(anyEvent, { minLength: 1, maxLength: 8 }), (seed, at, events) => {
      const { program, states } = statesOf(seed);
      let state = states[at % states.length] as RunState;
      for (const event of events) {
        const transition = resume(program, state, event);
        expect(brokenPromise(transition, { state })).toBeUndefined();
        if (state.outcome !== undefined) expect(transition.outcome).toEqual(state.outcome);
        else if (
          transition.outcome?.status === "failed" &&
          transition.outcome.error.category === "InterpreterCorruption"
        ) {
          expect(event.kind).toBe("actionFailed");
        }
        expect(JSON.parse(JSON.stringify(transition.state))).toEqual(transition.state);
        state = transition.state;
      }
    }),
    { numRuns: 400 },
  );
});

/** A state with one of its parts, chosen by a number, removed or replaced. */
function damaged(state: RunState, where: number, by: unknown): RunState {
  const copy = JSON.parse(JSON.stringify(state)) as { [key: string]: unknown };
  const places: [holder: { [key: string]: unknown }, key: string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as { [key: string]: unknown }, key]);
      visit((value as { [key: string]: unknown })[key]);
    }
  };
  visit(copy);
  const [holder, key] = places[where % places.length] as [{ [key: string]: unknown }, string];
  if (by === undefined) delete holder[key];
  else holder[key] = by;
  return copy as unknown as RunState;
}

test("[INT-16] [TST-11] a state that no interpreter wrote never throws", () => {
  const anything = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(null, -1, 1e9, "no such", [], {}, [null], { kind: "no such" }),
  );
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.nat(), anything, anyEvent, (seed, at, where, by, event) => {
      const { program, states } = statesOf(seed);
      const state = damaged(states[at % states.length] as RunState, where, by);
      const { outcome, journal } = resume(program, state, event);
      expect(journal[0]?.kind).toBe("input");
      if (outcome !== undefined) expect(["succeeded", "failed", "canceled"]).toContain(outcome.status);
    }),
    { numRuns: 800 },
  );
});

test("[INT-16] [TST-11] frames that lead to no step end the run at once as InterpreterCorruption, closing what is open", () => {
  const program = buildProgram([
    {
      id: "t",
      type: "control.tryCatch",
      try: [
        { id: "a", type: "action.call", action: "test.act@1" },
        { id: "b", type: "transform.assign", assign: { n: 1 } },
      ],
      catch: [{ id: "c", type: "action.call", action: "test.act@1" }],
    },
  ]);
  const first = start(program, null, startContext(program));
  const answer: RunEvent = { kind: "actionSucceeded", id: "c1", output: 1, attempt: 1, now, turn: 2 };
  const [fiber] = first.state.fibers;
  const withFrames = (frames: unknown): RunState => ({ ...first.state, fibers: [{ ...fiber, frames }] }) as RunState;
  const step = fiber?.frames.at(-1);
  const broken = [
    withFrames([{ kind: "sequence", path: "root.steps[7].steps", pc: 0 }, step]),
    withFrames([{ kind: "sequence", path: "root.steps", pc: 5 }, step]),
    withFrames([{ kind: "sequence", path: "root.steps", pc: -1 }, step]),
    withFrames([{ kind: "sequence", path: "root.steps", pc: 0.5 }, step]),
    withFrames([{ kind: "no such", place: { stepPath: "root.steps[0]", iteration: [] } }, step]),
    withFrames([
      {
        kind: "tryCatch",
        phase: "try",
        place: { stepPath: "root.steps[9]", stepId: "t", iteration: [], execution: 1 },
      },
      step,
    ]),
    withFrames([]),
    { ...first.state, fibers: [] },
    { ...first.state, format: 2 as 1 },
    { ...first.state, semantics: 3 as 2 },
  ];
  for (const state of broken) {
    const { outcome, commands, state: ended } = resume(program, state, answer);
    expect(outcome, JSON.stringify(state.fibers)).toMatchObject({
      status: "failed",
      error: { category: "InterpreterCorruption", code: "INTERPRETER_CORRUPTION" },
    });
    expect(commands.at(-1)?.kind).toBe("finish");
    expect(openCommands(ended)).toEqual([]);
  }
  const waiting = buildProgram([
    {
      id: "p",
      type: "control.parallel",
      branches: [
        { id: "x", steps: [{ id: "a", type: "action.call", action: "test.act@1" }] },
        { id: "y", steps: [{ id: "n", type: "time.wait", durationMs: 50 }] },
      ],
    },
  ]);
  const both = start(waiting, null, startContext(waiting)).state;
  const other = buildProgram([{ id: "p", type: "control.if", condition: true, then: [] }]);
  const ended = resume(other, both, { kind: "timerFired", id: "c2", now, turn: 2 });
  expect(ended.outcome).toMatchObject({ error: { category: "InterpreterCorruption" } });
  expect(ended.commands.map(({ kind }) => kind)).toEqual(["cancelTimer", "cancelAction", "finish"]);
});

test("a program of another format, of unknown semantics or without its steps ends its run, and never throws", () => {
  const program = buildProgram([{ id: "i", type: "control.if", condition: true, then: [] }]);
  const broken: unknown[] = [
    { ...program, format: 2 },
    { ...program, semantics: 9 },
    { ...program, steps: undefined },
    {
      ...program,
      steps: [{ id: "i", path: "root.steps[0]", type: "control.if", condition: { kind: "literal", value: true } }],
    },
    { ...program, steps: [{ id: "i", path: "root.steps[0]", type: "transform.assign" }] },
    {
      ...program,
      steps: [
        {
          id: "i",
          path: "root.steps[0]",
          type: "transform.assign",
          assign: [{ target: ["vars", "a"], value: { kind: "no such" } }],
        },
      ],
    },
    {
      ...program,
      steps: [
        {
          id: "i",
          path: "root.steps[0]",
          type: "transform.assign",
          assign: [{ target: ["vars", "a"], value: { kind: "secret", name: "s" } }],
        },
      ],
    },
  ];
  for (const one of broken) {
    const { outcome, journal } = start(one as Program, null, startContext(program));
    expect(outcome).toMatchObject({ status: "failed", error: { category: "InterpreterCorruption" } });
    expect(journal.map(({ kind }) => kind).slice(0, 2)).toEqual(["input", "run"]);
  }
});

test("[INT-01] [INT-03] a run goes on from its frames alone, and its step paths name every nesting", () => {
  const call = (id: string): { id: string; type: string; action: string } => ({
    id,
    type: "action.call",
    action: "test.act@1",
  });
  const program = buildProgram([
    {
      id: "w",
      type: "control.while",
      maxIterations: 1,
      condition: x("iteration < 1"),
      body: [
        {
          id: "p",
          type: "control.parallel",
          branches: [
            { id: "x", steps: [] },
            {
              id: "y",
              steps: [
                {
                  id: "s",
                  type: "control.switch",
                  cases: [
                    { when: false, steps: [] },
                    {
                      when: true,
                      steps: [
                        {
                          id: "t",
                          type: "control.tryCatch",
                          try: [{ id: "r", type: "control.raise", code: "OUT" }],
                          catch: [
                            {
                              id: "l",
                              type: "control.forEach",
                              items: [1],
                              body: [
                                { id: "i", type: "control.if", condition: false, then: [], else: [call("inner")] },
                              ],
                            },
                          ],
                          finally: [call("last")],
                        },
                      ],
                    },
                  ],
                },
                {
                  id: "d",
                  type: "control.switch",
                  cases: [],
                  default: [{ id: "i2", type: "control.if", condition: true, then: [call("then")] }],
                },
              ],
            },
          ],
        },
      ],
    },
  ]);
  const paths = run(program).journal.flatMap((entry) =>
    entry.kind === "step" && entry.status === "RUNNING" && entry.data?.type === "action.call"
      ? [`${entry.stepPath} [${entry.iteration.join()}]`]
      : [],
  );
  expect(paths).toEqual([
    "root.steps[0].body.steps[0].branches[1].steps[0].cases[1].steps[0].catch.steps[0].body.steps[0].else.steps[0] [0,0]",
    "root.steps[0].body.steps[0].branches[1].steps[0].cases[1].steps[0].finally.steps[0] [0]",
    "root.steps[0].body.steps[0].branches[1].steps[1].default.steps[0].then.steps[0] [0]",
  ]);
});
