import { expect, test } from "vitest";
import { jsonBytes } from "../canonical/json-bytes.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { inbound, run, startContext } from "../testing/world.ts";
import type { Ran, WorldOptions } from "../testing/world.ts";
import { openCommands, resume, start } from "./interpret.ts";
import { semantics } from "./semantics.ts";
import type { RunEvent, RunState } from "./transition.ts";

const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const loop = (id: string, items: unknown, body: StepSource[]): StepSource => ({
  id,
  type: "control.forEach",
  items,
  body,
});
const ran = (steps: readonly StepSource[], options: WorldOptions = {}): Ran => run(buildProgram(steps), options);
const now = "2031-01-01T00:00:00.000Z";

test("a turn that has spent its fuel yields at the next step boundary, and goes on with continue in another turn", () => {
  const program = buildProgram([loop("l", x("[1..5000]"), [assign("a", "n", "item")]), done("n")]);
  const first = start(program, null, startContext(program));
  expect(first.commands).toMatchObject([{ kind: "yield" }]);
  expect(openCommands(first.state)).toEqual(first.commands);
  expect(first.state.counters.fuelInTurn).toBeGreaterThanOrEqual(semantics[2].turnFuelMax);
  expect(first.state.counters.fuelInTurn).toBeLessThan(semantics[2].turnFuelMax + 1000);
  expect(first.state.status).toBe("RUNNING");
  // Events are taken in meanwhile, but nothing runs, and there is no second yield.
  const meanwhile = resume(program, first.state, {
    kind: "eventArrived",
    event: inbound({ name: "e" }, now),
    now,
    turn: 2,
  });
  expect(meanwhile.commands).toEqual([]);
  expect(meanwhile.state.counters.steps).toBe(first.state.counters.steps);
  const second = resume(program, meanwhile.state, { kind: "continue", now, turn: 3 });
  expect(second.state.counters.steps).toBeGreaterThan(first.state.counters.steps);
  const { outcome, events } = run(program);
  expect(outcome).toEqual({ status: "succeeded", output: 5000 });
  expect(events.every(({ kind }) => kind === "continue")).toBe(true);
});

test("fuel is counted afresh only when the turn changes", () => {
  const program = buildProgram([
    { id: "a", type: "action.call", action: "test.act@1" },
    { id: "b", type: "action.call", action: "test.act@1" },
    { id: "c", type: "action.call", action: "test.act@1" },
  ]);
  const first = start(program, null, startContext(program));
  const same = resume(program, first.state, { kind: "actionSucceeded", id: "c1", output: 1, attempt: 1, now, turn: 1 });
  expect(same.state.counters.fuelInTurn).toBe(240);
  const next = resume(program, same.state, { kind: "actionSucceeded", id: "c2", output: 1, attempt: 1, now, turn: 2 });
  expect(next.state.counters.fuelInTurn).toBe(120);
});

test("two hundred yields in a row without anything from outside end the run with LOOP_BUDGET, which nothing catches", () => {
  const work = "$sum([1..2000])";
  const forever = {
    id: "w",
    type: "control.while",
    condition: true,
    maxIterations: 1e9,
    body: [assign("a", "n", work)],
  };
  const { outcome, events, state } = ran([
    {
      id: "t",
      type: "control.tryCatch",
      try: [forever],
      catch: [assign("c", "caught", "true")],
      finally: [assign("f", "tidied", "true")],
    },
  ]);
  expect(outcome).toMatchObject({ status: "failed", error: { category: "ControlError", code: "LOOP_BUDGET" } });
  expect(events).toHaveLength(semantics[2].yieldsMax - 1);
  expect(state.vars).not.toHaveProperty("caught");
  expect(state.vars).not.toHaveProperty("tidied");
});

test("an outside event lets the count of yields begin anew, a local result does not", () => {
  const program = (execution: "local" | "remote"): ReturnType<typeof buildProgram> =>
    buildProgram(
      [
        loop("l", x("[1..2000]"), [assign("a", "n", "item")]),
        { id: "act", type: "action.call", action: "test.act@1" },
        loop("m", x("[1..2000]"), [assign("b", "n", "item")]),
      ],
      { actions: { "test.act@1": { execution } } },
    );
  const yieldsAfter = (execution: "local" | "remote"): number => run(program(execution)).state.counters.yields;
  expect(yieldsAfter("local")).toBe(2 * yieldsAfter("remote"));
  expect(yieldsAfter("remote")).toBeGreaterThan(0);
});

test("[VER-06] a step's fuel is 100,000 for all its expressions together, a step costs at least 120, and a loop's turn counts by itself", () => {
  const heavy = "$sum([1..9000])";
  const one = ran([{ id: "a", type: "transform.assign", assign: { x: x(heavy) } }]);
  const cost = one.state.counters.fuelInTurn;
  expect(one.outcome?.status).toBe("succeeded");
  expect(cost).toBeGreaterThan(1000);
  const times = Math.ceil(100_000 / cost) + 1;
  const many = Object.fromEntries(Array.from({ length: times }, (_, i) => [`x${i}`, x(heavy)]));
  expect(ran([{ id: "a", type: "transform.assign", assign: many }]).outcome).toMatchObject({
    status: "failed",
    error: { category: "ExpressionError", code: "EXPR_FUEL", stepId: "a" },
  });
  expect(
    ran(
      Object.entries(many).map(([name, value]) => ({ id: name, type: "transform.assign", assign: { [name]: value } })),
    ).outcome?.status,
  ).toBe("succeeded");
  expect(
    ran([loop("l", x(`[1..${times}]`), [])].map((step) => ({ ...step, collect: { value: x(heavy), saveAs: "c" } })))
      .outcome?.status,
  ).toBe("succeeded");
  for (const n of [1, x("1 + 1")])
    expect(ran([{ id: "a", type: "transform.assign", assign: { n } }]).state.counters.fuelInTurn).toBe(120);
});

test("each turn of a loop costs at least as much as a step, so that empty ones yield too", () => {
  const empty = ran([loop("l", x("[1..1000]"), [])]);
  expect(empty.state.counters.steps).toBe(1);
  expect(empty.state.counters.fuelInTurn).toBeGreaterThanOrEqual(1001 * 120);
  const idle = ran([{ id: "w", type: "control.while", condition: true, maxIterations: 1e9, body: [] }]);
  expect(idle.outcome).toMatchObject({ error: { code: "LOOP_BUDGET" } });
  expect(
    ran([{ id: "w", type: "control.while", condition: x("iteration < 1000"), maxIterations: 1e9, body: [] }]).state
      .counters.fuelInTurn,
  ).toBeGreaterThanOrEqual(1001 * 120);
});

test("an event from outside lets the count of yields begin anew, whether somebody waits for it or not", () => {
  const program = buildProgram([loop("l", x("[1..5000]"), [assign("a", "n", "item")])]);
  let { state } = start(program, null, startContext(program));
  state = resume(program, state, { kind: "continue", now, turn: 2 }).state;
  expect(state.counters.yields).toBe(2);
  expect(
    resume(program, state, { kind: "eventArrived", event: inbound({ name: "e" }, now), now, turn: 3 }).state.counters
      .yields,
  ).toBe(0);
});

test("the fuel that a wait used when it opened counts for its assign too", () => {
  const heavy = "$count([1..9000])";
  const alone = ran([assign("a", "n", heavy)]).state.counters.fuelInTurn;
  const times = Math.floor(100_000 / alone) - 1;
  const sums = `[${Array.from({ length: times }, () => heavy).join(", ")}]`;
  const step = (key: string): StepSource => ({
    id: "w",
    type: "event.wait",
    event: "e",
    correlationKey: x(key),
    assign: { n: x(sums) },
  });
  const events = [{ atMs: 1, event: { name: "e" } }];
  expect(ran([step("'key'")], { events }).outcome?.status).toBe("succeeded");
  const both = ran([step(`$count(${sums}) > 0 ? 'key' : 'no'`)], { events });
  expect(both.outcome).toMatchObject({ status: "failed", error: { code: "EXPR_FUEL" } });
});

test("a value over 256 KiB is an ExpressionError, also when several expressions make it together", () => {
  const payload = { text: "x".repeat(100_000) };
  expect(
    ran([{ id: "a", type: "transform.assign", assign: { v: { a: x("payload.text"), b: x("payload.text") } } }], {
      payload,
    }).outcome?.status,
  ).toBe("succeeded");
  const { outcome } = ran(
    [
      {
        id: "a",
        type: "transform.assign",
        assign: { v: { a: x("payload.text"), b: x("payload.text"), c: x("payload.text") } },
      },
    ],
    { payload },
  );
  expect(outcome).toMatchObject({
    status: "failed",
    error: { category: "ExpressionError", code: "EXPR_OUTPUT_TOO_LARGE", stepId: "a" },
  });
});

test("a state over 4 MiB is a catchable ControlError, the write that would make it so is not made, and room that was freed counts", () => {
  const grow = Array.from({ length: 60 }, (_, i): StepSource => ({
    id: `a${i}`,
    type: "action.call",
    action: "test.act@1",
    saveAs: `vars.v${i}`,
  }));
  const act = (): { output: string } => ({ output: "x".repeat(100_000) });
  const full = ran(
    [
      {
        id: "t",
        type: "control.tryCatch",
        try: grow,
        catch: [assign("c", "code", "error.category & ' ' & error.code & ' ' & error.stepId")],
      },
    ],
    { act },
  );
  expect(full.outcome?.status).toBe("succeeded");
  expect(full.state.vars["code"]).toBe("ControlError STATE_TOO_LARGE a41");
  expect(jsonBytes(full.state)).toBeLessThan(semantics[2].stateBytesMax);
  const replaced = ran(
    grow.map((step, i) => ({ ...step, saveAs: `vars.v${i % 41}` })),
    { act },
  );
  expect(replaced.outcome?.status).toBe("succeeded");
});

test("what is counted of a state's size is never less than the state has", () => {
  const wait = {
    id: "w",
    type: "event.wait",
    event: "e",
    correlationKey: "key",
    timeoutMs: 9000,
    saveAs: "vars.deep.got",
  };
  const steps: StepSource[] = [
    { id: "s", type: "state.set", state: { big: x("payload") } },
    {
      id: "p",
      type: "control.parallel",
      branches: [
        { id: "a", steps: [wait] },
        {
          id: "b",
          steps: [
            {
              id: "l",
              type: "control.forEach",
              items: x("payload.list"),
              body: [{ id: "act", type: "action.call", action: "test.act@1", input: x("payload"), saveAs: "vars.o" }],
              collect: { value: x("vars.o"), saveAs: "c" },
            },
          ],
        },
      ],
      saveAs: "join",
    },
  ];
  const bigEnough = (state: RunState): RunState => {
    const { payload, vars, state: business, taken, kept } = state;
    const items = state.fibers.flatMap((fiber) =>
      fiber.frames.flatMap((frame) => (frame.kind === "forEach" ? [frame.items, frame.collected ?? []] : [])),
    );
    const inputs = state.open.flatMap(({ command }) => (command.kind === "callAction" ? [command.input] : []));
    expect(state.counters.bytesBound + 100).toBeGreaterThanOrEqual(
      jsonBytes(payload) +
        jsonBytes(vars) +
        jsonBytes(business) +
        jsonBytes(taken) +
        jsonBytes(kept) +
        jsonBytes(items) +
        jsonBytes(inputs),
    );
    return state;
  };
  const { outcome } = ran(steps, {
    payload: { list: [1, 2, 3], text: "é".repeat(500) },
    act: ({ input }) => ({ output: input, afterMs: 7 }),
    checkpoint: bigEnough,
    events: [{ atMs: 9, event: { name: "e", payload: "y".repeat(300) } }],
  });
  expect(outcome?.status).toBe("succeeded");
});

test("a history that has no more room ends the run with HISTORY_BUDGET, which nothing catches", () => {
  const program = buildProgram(
    [
      {
        id: "t",
        type: "control.tryCatch",
        try: [{ id: "act", type: "action.call", action: "test.act@1" }],
        catch: [assign("c", "n", "1")],
        finally: [assign("f", "n", "1")],
      },
    ],
    { actions: { "test.act@1": { effect: "once" } } },
  );
  const first = start(program, null, startContext(program));
  const ended = resume(program, first.state, { kind: "historyBudgetSpent", now, turn: 2 });
  expect(ended.outcome).toMatchObject({
    status: "failed",
    error: {
      category: "ControlError",
      code: "HISTORY_BUDGET",
      details: { effectsMayRemain: [{ stepPath: "root.steps[0].try.steps[0]" }] },
    },
  });
  expect(ended.commands.map(({ kind }) => kind)).toEqual(["cancelAction", "finish"]);
  expect(ended.state.vars).toEqual({});
});

test("a program of thousands of steps that write as many variables takes time in proportion to its steps", () => {
  const program = (count: number): ReturnType<typeof buildProgram> =>
    buildProgram(
      Array.from({ length: count }, (_, i) => assign(`s${i}`, `vars.v${i}`, i === 0 ? "0" : `vars.v${i - 1} + 1`)),
    );
  const best = { 200: Number.POSITIVE_INFINITY, 4000: Number.POSITIVE_INFINITY };
  const measure = (count: 200 | 4000): void => {
    const steps = program(count);
    const from = performance.now();
    let transition = start(steps, null, startContext(steps));
    for (let turn = 2; transition.outcome === undefined; turn += 1)
      transition = resume(steps, transition.state, { kind: "continue", now, turn } as RunEvent);
    best[count] = Math.min(best[count], (performance.now() - from) / count);
  };
  // Quadratic work would make a step of the larger one twenty times as dear. A busy machine may need several looks.
  for (let i = 0; i < 30 && !(i >= 3 && best[4000] / best[200] < 6); i += 1) {
    measure(200);
    measure(4000);
  }
  expect(best[4000] / best[200]).toBeLessThan(6);
});
