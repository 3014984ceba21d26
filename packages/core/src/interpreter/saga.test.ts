import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { lines, run, startContext } from "../testing/world.ts";
import type { Answer, Call, Ran, WorldOptions } from "../testing/world.ts";
import type { Json } from "../values/json.ts";
import { resume, start } from "./interpret.ts";
import type { RunState } from "./transition.ts";

type Fields = { readonly [field: string]: unknown };

const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const log = (id: string, text: string): StepSource => assign(id, "log", `$append([vars.log], [${text}])`);
const nap = (id: string, durationMs: unknown): StepSource => ({ id, type: "time.wait", durationMs });
const call = (id: string, fields: Fields = {}): StepSource => ({
  id,
  type: "action.call",
  action: `test.${id}@1`,
  ...fields,
});
/** A call whose undoing calls `un<id>`. */
const undoable = (id: string, fields: Fields = {}): StepSource =>
  call(id, { compensate: [call(`un${id}`)], ...fields });
const saga = (body: readonly StepSource[], fields: Fields = {}): StepSource => ({
  id: "saga",
  type: "control.saga",
  body,
  ...fields,
});
const fails = (code = "BROKEN", id = "fails"): StepSource => ({ id, type: "control.raise", code, message: "as told" });
const guard = (fields: Fields): StepSource => ({ id: "t", type: "control.tryCatch", try: [], ...fields });
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const once = { effect: "once" } as const;
const ran = (steps: readonly StepSource[], options: WorldOptions = {}): Ran => {
  const names = [...new Set(JSON.stringify(steps).match(/test\.\w+@1/g))];
  return run(buildProgram(steps, { actions: Object.fromEntries(names.map((name) => [name, once])) }), options);
};
const called = ({ effects }: Ran): string[] => effects.map(({ stepId }) => stepId);
const remains = ({ outcome }: Ran): Json | undefined =>
  outcome?.status === "succeeded" || outcome === undefined
    ? undefined
    : ((outcome.error.details as { effectsMayRemain?: Json } | undefined)?.effectsMayRemain ?? []);
const refuse =
  (...ids: string[]): ((called: Call) => Answer) =>
  ({ stepId }) =>
    ids.includes(stepId) ? { error: { code: "REFUSED" } } : { output: null };
const hang =
  (...ids: string[]): ((called: Call) => Answer) =>
  ({ stepId }) =>
    ids.includes(stepId) ? { never: true } : { output: null };

const trip = saga([
  call("hotel", { saveAs: "h", compensate: [call("unHotel", { input: { ref: x("vars.h.ref") } })] }),
  call("flight", { saveAs: "f", compensate: [call("unFlight", { input: { ref: x("vars.f.ref") } })] }),
  call("car", { timeoutMs: 60_000, compensate: [call("unCar")] }),
]);

test("[SAG-01] [CASE-14] a cancel undoes the completed steps, last first and once each; what was in flight is cancelled and may remain", () => {
  for (const checkpoint of [undefined, (state: RunState) => JSON.parse(JSON.stringify(state)) as RunState]) {
    const result = ran([trip], {
      cancelAtMs: 20,
      act: ({ stepId }) => (stepId === "car" ? { output: null, afterMs: 20_000 } : { output: { ref: stepId } }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
    expect(result.outcome?.status).toBe("canceled");
    expect(called(result)).toEqual(["hotel", "flight", "car", "unFlight", "unHotel"]);
    expect(result.effects.slice(3).map(({ input }) => input)).toEqual([{ ref: "flight" }, { ref: "hotel" }]);
    expect(lines(result.trace)).toEqual([
      "saga CANCELED",
      "hotel SUCCEEDED",
      "flight SUCCEEDED",
      "car CANCELED",
      "unFlight SUCCEEDED",
      "unHotel SUCCEEDED",
    ]);
    expect(remains(result)).toEqual([{ stepPath: "root.steps[0].body.steps[2]", iteration: [] }]);
  }
});

test("[SAG-01] after a failed body and its undoing the original error goes on; undoing steps have rows and paths of their own", () => {
  const result = ran(
    [
      guard({
        try: [saga([undoable("a"), undoable("b"), undoable("c"), undoable("d")])],
        catch: [assign("e", "seen", "[error.code, error.stepId, error.nodePath]")],
      }),
      done("seen"),
    ],
    { act: refuse("c") },
  );
  expect(result.outcome).toEqual({
    status: "succeeded",
    output: ["REFUSED", "c", "root.steps[0].try.steps[0].body.steps[2]"],
  });
  expect(lines(result.trace)).toEqual([
    "t SUCCEEDED",
    "saga FAILED",
    "a SUCCEEDED",
    "b SUCCEEDED",
    "c FAILED",
    "unb SUCCEEDED",
    "una SUCCEEDED",
    "e SUCCEEDED",
    "done SUCCEEDED",
  ]);
  const paths = result.journal.flatMap((entry) =>
    entry.kind === "step" && entry.status === "RUNNING" && entry.stepId.startsWith("un") ? [entry.stepPath] : [],
  );
  expect(paths).toEqual([
    "root.steps[0].try.steps[0].body.steps[1].compensate.steps[0]",
    "root.steps[0].try.steps[0].body.steps[0].compensate.steps[0]",
  ]);
});

test("a saga that ends well undoes nothing, nor does one whose body caught its error, nor one without completed steps", () => {
  expect(called(ran([saga([undoable("a")]), fails()]))).toEqual(["a"]);
  expect(called(ran([saga([guard({ try: [undoable("a"), fails()], catch: [] }), undoable("b")])]))).toEqual(["a", "b"]);
  const { journal, outcome } = ran([saga([call("a"), fails()])]);
  expect(outcome).toMatchObject({ status: "failed", error: { code: "BROKEN" } });
  expect(journal.some((entry) => entry.kind === "step" && entry.status === "WAITING")).toBe(false);
});

test("[INT-10] a return inside runs enclosing finally, never compensation", () => {
  const result = ran([
    saga([
      undoable("a"),
      guard({ try: [{ id: "r", type: "control.return", output: x("'out'") }], finally: [log("f", "'f'")] }),
    ]),
  ]);
  expect(result.outcome).toEqual({ status: "succeeded", output: "out" });
  expect(called(result)).toEqual(["a"]);
  expect(result.state.vars).toEqual({ log: ["f"] });
});

test("a return that a failing finally turns into an error leaves the steps of an inner saga to the outer one", () => {
  const inner = saga([undoable("a"), { id: "r", type: "control.return" }], { id: "inner" });
  const result = ran([saga([guard({ try: [inner], finally: [fails()] })])]);
  expect(result.outcome).toMatchObject({ status: "failed", error: { code: "BROKEN" } });
  expect(called(result)).toEqual(["a", "una"]);
});

test("steps undo with the locals that they had, in loops and catches, and under their own iteration", () => {
  const undo = [
    log("u", "{'item': item, 'l': letter, 'of': length, 'n': index}"),
    call("unact", { input: x("[item, letter]") }),
  ];
  const loop = {
    id: "l",
    type: "control.forEach",
    items: ["a", "b"],
    itemVar: "letter",
    body: [call("act", { compensate: undo })],
  };
  const caught = guard({
    try: [fails("FIRST", "f1")],
    catch: [call("inCatch", { compensate: [log("uc", "error.code")] })],
  });
  const result = ran([saga([loop, caught, fails("LAST")])]);
  expect(result.state.vars["log"]).toEqual([
    "FIRST",
    { item: "b", l: "b", of: 2, n: 1 },
    { item: "a", l: "a", of: 2, n: 0 },
  ]);
  expect(result.effects.filter(({ stepId }) => stepId === "unact")).toMatchObject([
    { iteration: [1], input: ["b", "b"] },
    { iteration: [0], input: ["a", "a"] },
  ]);
});

test("what branches and concurrent items completed is undone in one order, last first, and sees what they saw", () => {
  const body = [
    call("book", { input: x("item"), saveAs: "raw", compensate: [call("unbook", { input: x("vars.ref") })] }),
    assign("keep", "ref", "vars.raw.ref"),
    { id: "i", type: "control.if", condition: x("item = 3"), then: [nap("n", 50), fails()] },
  ];
  const loop = { id: "l", type: "control.forEach", items: [1, 2, 3], concurrency: 3, body };
  const beside = [nap("n2", 25), undoable("beside")];
  const branches = [
    { id: "loop", steps: [loop] },
    { id: "beside", steps: beside },
  ];
  const result = ran([saga([{ id: "p", type: "control.parallel", branches }])], {
    act: ({ stepId, input }) =>
      stepId === "book"
        ? { output: { ref: `ref-${input as number}` }, afterMs: 10 * (4 - (input as number)) }
        : { output: null },
  });
  expect(result.outcome).toMatchObject({ status: "failed", error: { code: "BROKEN" } });
  // Completed: 3 at 10 ms, 2 at 20, the branch at 26, 1 at 30.
  expect(result.effects.slice(4).map(({ stepId, input }) => (stepId === "unbook" ? input : stepId))).toEqual([
    "ref-1",
    "unbeside",
    "ref-2",
    "ref-3",
  ]);
  expect(result.state.vars).toEqual({});
});

test("what undoing writes to vars stays where the step's own writes went", () => {
  const result = ran([
    guard({
      try: [saga([call("a", { compensate: [assign("w", "undone", "$append([vars.undone], ['a'])")] }), fails()])],
      catch: [],
    }),
    done("undone"),
  ]);
  expect(result.outcome).toEqual({ status: "succeeded", output: ["a"] });
});

test("steps of an inner saga are undone once: by itself when it fails, by the outer one when it had ended well", () => {
  const inner = (body: StepSource[]): StepSource => saga(body, { id: "inner" });
  expect(called(ran([saga([undoable("a"), inner([undoable("b")]), undoable("c"), fails()])]))).toEqual([
    "a",
    "b",
    "c",
    "unc",
    "unb",
    "una",
  ]);
  const caught = guard({ try: [inner([undoable("b"), fails("FIRST", "f1")])], catch: [] });
  expect(called(ran([saga([undoable("a"), caught, fails()])]))).toEqual(["a", "b", "unb", "una"]);
});

test("undoing that fails is named, the other steps are undone all the same, and the original error goes on", () => {
  const result = ran([saga([undoable("a"), undoable("b"), undoable("c"), fails()])], { act: refuse("unb") });
  expect(called(result)).toEqual(["a", "b", "c", "unc", "unb", "una"]);
  expect(result.outcome).toMatchObject({ status: "failed", error: { code: "BROKEN", stepId: "fails" } });
  expect(remains(result)).toEqual([{ stepPath: "root.steps[0].body.steps[1]", iteration: [] }]);
});

test("a return among undoing steps ends the undoing of that step alone", () => {
  const result = ran([
    saga([undoable("a"), call("b", { compensate: [{ id: "r", type: "control.return" }, call("no")] }), fails()]),
  ]);
  expect(called(result)).toEqual(["a", "b", "una"]);
  expect(result.outcome).toMatchObject({ status: "failed", error: { code: "BROKEN" } });
  expect(remains(result)).toEqual([]);
});

test("[CAS-01] past compensateTimeoutMs undoing is left as it is: what was under way and what was not reached are named", () => {
  const steps = saga([undoable("a"), undoable("b"), undoable("c"), fails()], { compensateTimeoutMs: 500 });
  const result = ran([guard({ try: [steps], finally: [call("after")] })], { act: hang("unb") });
  expect(called(result)).toEqual(["a", "b", "c", "unc", "unb", "after"]);
  expect(result.outcome).toMatchObject({ status: "failed", error: { code: "BROKEN" } });
  expect(lines(result.trace).find((line) => line.startsWith("unb"))).toBe("unb CANCELED");
  const at = (path: string): Json => ({ stepPath: `root.steps[0].try.steps[0].body.steps${path}`, iteration: [] });
  expect(remains(result)).toEqual([at("[1].compensate.steps[0]"), at("[1]"), at("[0]")]);
  expect(result.endedAtMs).toBeGreaterThanOrEqual(500);
  expect(result.endedAtMs).toBeLessThan(600);
});

test("compensateTimeoutMs may be computed, when the saga begins; what is none fails the saga before its body begins", () => {
  const timed = (source: string): ReturnType<typeof ran> =>
    ran(
      [
        { id: "limit", type: "transform.assign", assign: { limit: 250 } },
        saga(
          [undoable("a"), undoable("b"), { id: "later", type: "transform.assign", assign: { limit: 60_000 } }, fails()],
          { compensateTimeoutMs: x(source) },
        ),
      ],
      { act: hang("unb") },
    );
  const left = timed("limit * 2");
  expect(called(left)).toEqual(["a", "b", "unb"]);
  expect(left.outcome).toMatchObject({ status: "failed", error: { code: "BROKEN" } });
  expect(left.endedAtMs).toBeGreaterThanOrEqual(500);
  expect(left.endedAtMs).toBeLessThan(600);
  const none = timed("nothing");
  expect(called(none)).toEqual([]);
  expect(none.outcome).toMatchObject({ status: "failed", error: { code: "EXPR_NO_VALUE", stepId: "saga" } });
});

test("the limit of undoing is a timer that is closed when the undoing is done", () => {
  const program = buildProgram([saga([undoable("a"), fails()])]);
  const first = start(program, null, startContext(program));
  const event = { kind: "actionSucceeded", output: null, attempt: 1 } as const;
  const second = resume(program, first.state, { ...event, id: "c1", now: "2031-01-01T00:00:01.000Z", turn: 2 });
  expect(second.commands).toMatchObject([
    { id: "c2", kind: "startTimer", when: { dueAt: "2031-01-01T01:00:01.000Z" } },
    { id: "c3", kind: "callAction", action: "test.una@1" },
  ]);
  const third = resume(program, second.state, { ...event, id: "c3", now: "2031-01-01T00:00:02.000Z", turn: 3 });
  expect(third.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual(["cancelTimer c2", "finish c4"]);
});

test("[CAS-01] [INT-17] a saga's body is cancellable, its undoing is not: a cancel during it lets it end, and the run ends CANCELED", () => {
  const undo = [nap("n", 100), call("una")];
  const failing = ran([saga([call("a", { compensate: undo }), undoable("b"), fails()])], { cancelAtMs: 20 });
  expect(called(failing)).toEqual(["a", "b", "unb", "una"]);
  expect(failing.outcome?.status).toBe("canceled");
  expect(failing.endedAtMs).toBeGreaterThan(100);
  expect(lines(failing.trace)).toContain("saga CANCELED");

  const waiting = ran([saga([undoable("a"), nap("long", 60_000), undoable("b")])], { cancelAtMs: 20 });
  expect(called(waiting)).toEqual(["a", "una"]);
  expect(lines(waiting.trace)).toContain("long CANCELED");
  expect(waiting.endedAtMs).toBeLessThan(60_000);
});

test("under a cancel undoing has the time that its saga gives it, however long, and what is left then is named", () => {
  const hours = 3_600_000;
  const steps = (compensateTimeoutMs: number): StepSource =>
    saga([undoable("a"), call("b", { compensate: [nap("n", 2 * hours), call("unb")] }), nap("z", 1000)], {
      compensateTimeoutMs,
    });
  const long = ran([steps(3 * hours)], { cancelAtMs: 20 });
  expect(called(long)).toEqual(["a", "b", "unb", "una"]);
  expect(long.outcome?.status).toBe("canceled");
  expect(remains(long)).toEqual([]);

  const short = ran([steps(hours)], { cancelAtMs: 20 });
  expect(short.outcome?.status).toBe("canceled");
  expect(short.endedAtMs).toBe(20 + hours);
  expect(remains(short)).toEqual([
    { stepPath: "root.steps[0].body.steps[1]", iteration: [] },
    { stepPath: "root.steps[0].body.steps[0]", iteration: [] },
  ]);
});

test("what ends a run at once undoes nothing and names what it leaves", () => {
  const forever = {
    id: "w",
    type: "control.while",
    condition: true,
    maxIterations: 10_000_000,
    body: [],
  };
  const branches = [
    { id: "x", steps: [undoable("b"), nap("n", 60_000)] },
    { id: "y", steps: [nap("m", 20), forever] },
  ];
  const result = ran([saga([undoable("a"), { id: "p", type: "control.parallel", branches }])]);
  expect(result.outcome).toMatchObject({ status: "failed", error: { code: "LOOP_BUDGET" } });
  expect(called(result)).toEqual(["a", "b"]);
  expect(remains(result)).toEqual([
    { stepPath: "root.steps[0].body.steps[1].branches[0].steps[0]", iteration: [] },
    { stepPath: "root.steps[0].body.steps[0]", iteration: [] },
  ]);
});

test("a compensate outside of any saga, and one of a step that failed with onError continue, are never run", () => {
  expect(called(ran([undoable("a"), fails()]))).toEqual(["a"]);
  const tolerated = undoable("a", { onError: { policy: "continue" } });
  expect(called(ran([saga([tolerated, fails()])], { act: refuse("a") }))).toEqual(["a"]);
});
