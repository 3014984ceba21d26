import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { lines, run } from "../testing/world.ts";
import type { Answer, Call, Ran, WorldOptions } from "../testing/world.ts";

const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const log = (id: string): StepSource => assign(id, "log", `$append([vars.log], ['${id}'])`);
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const call = (id: string, fields: { [field: string]: unknown } = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.act@1",
  ...fields,
});
const fails = (code = "BROKEN", id = "fails"): StepSource => ({ id, type: "control.raise", code, message: "as told" });
const guard = (fields: { [field: string]: unknown }): StepSource => ({
  id: "t",
  type: "control.tryCatch",
  try: [],
  ...fields,
});
const ran = (steps: readonly StepSource[], options: WorldOptions = {}): Ran => run(buildProgram(steps), options);
const never = ({ stepId }: Call): Answer => (stepId === "hangs" ? { never: true } : { output: null });

test("[INT-11] [CASE-12] [TST-11] a failure continues in the catch, with the error in scope there, bound before, and gone after", () => {
  const { outcome, trace } = ran(
    [
      guard({
        captureErrorAs: "failure",
        try: [call("call")],
        catch: [
          {
            id: "keep",
            type: "transform.assign",
            assign: {
              seen: {
                cat: x("error.category"),
                code: x("error.code"),
                at: x("error.nodePath"),
                step: x("error.stepId"),
                n: x("error.attempt"),
                bound: x("vars.failure.code"),
              },
            },
          },
        ],
      }),
      done("{'seen': seen, 'same': vars.failure.code = vars.seen.code, 'after': $exists(error)}"),
    ],
    { act: () => ({ error: { category: "ActionError", code: "HTTP_418", message: "no coffee", attempt: 1 } }) },
  );
  expect(outcome).toEqual({
    status: "succeeded",
    output: {
      seen: {
        cat: "ActionError",
        code: "HTTP_418",
        at: "root.steps[0].try.steps[0]",
        step: "call",
        n: 1,
        bound: "HTTP_418",
      },
      same: true,
      after: false,
    },
  });
  expect(lines(trace)).toEqual(["t SUCCEEDED", "call FAILED", "keep SUCCEEDED", "done SUCCEEDED"]);
});

test("[CASE-12] a catch nested in a catch sees its own error and, after it, the outer one again", () => {
  const inner = guard({ id: "inner", try: [fails("INNER", "f2")], catch: [assign("in", "in", "error.code")] });
  const { outcome } = ran([
    guard({ try: [fails("OUTER")], catch: [inner, assign("out", "out", "error.code")] }),
    done("[in, out]"),
  ]);
  expect(outcome).toEqual({ status: "succeeded", output: ["INNER", "OUTER"] });
});

test("[INT-11] without a catch the error goes on after finally; an empty catch swallows it", () => {
  const through = ran([
    guard({ id: "outer", try: [guard({ try: [fails()], finally: [log("cleaned")] })], catch: [log("caught")] }),
    done("log"),
  ]);
  expect(through.outcome).toEqual({ status: "succeeded", output: ["cleaned", "caught"] });
  expect(lines(through.trace)).toEqual([
    "outer SUCCEEDED",
    "t FAILED",
    "fails FAILED",
    "cleaned SUCCEEDED",
    "caught SUCCEEDED",
    "done SUCCEEDED",
  ]);
  expect(ran([guard({ try: [fails()], catch: [] }), done("1")]).outcome).toEqual({ status: "succeeded", output: 1 });
});

test("an error of the catch goes on outwards, and the block does not catch it again", () => {
  const { outcome, trace } = ran([
    guard({ try: [fails("FIRST")], catch: [fails("SECOND", "again")], finally: [log("f")] }),
  ]);
  expect(outcome).toMatchObject({
    status: "failed",
    error: { code: "SECOND", nodePath: "root.steps[0].catch.steps[0]" },
  });
  expect(lines(trace)).toEqual(["t FAILED", "fails FAILED", "again FAILED", "f SUCCEEDED"]);
});

test("[LNX-01] catchOn names categories or codes, and others pass", () => {
  const caught = (catchOn: string[]): boolean =>
    ran([guard({ try: [fails("OUT_OF_STOCK")], catch: [], catchOn })]).outcome?.status === "succeeded";
  expect(caught(["BusinessError"])).toBe(true);
  expect(caught(["TimeoutError", "OUT_OF_STOCK"])).toBe(true);
  expect(caught(["TimeoutError", "BROKEN"])).toBe(false);
});

test("[LNX-01] finally runs after the end of try, after catch, after an error and around a return", () => {
  const logged = (steps: StepSource[]): unknown => ran(steps).state.vars["log"];
  expect(logged([guard({ try: [log("a")], finally: [log("f")] }), log("z")])).toEqual(["a", "f", "z"]);
  expect(logged([guard({ try: [fails()], catch: [log("c")], finally: [log("f")] }), log("z")])).toEqual([
    "c",
    "f",
    "z",
  ]);
  expect(logged([guard({ try: [fails()], finally: [log("f")] }), log("z")])).toEqual(["f"]);
  const returned = ran([
    guard({ id: "o", try: [guard({ try: [done("'early'"), log("no")], finally: [log("f1")] })], finally: [log("f2")] }),
    log("z"),
  ]);
  expect(returned.outcome).toEqual({ status: "succeeded", output: "early" });
  expect(returned.state.vars["log"]).toEqual(["f1", "f2"]);
  expect(lines(returned.trace)).toEqual([
    "o SUCCEEDED",
    "t SUCCEEDED",
    "done SUCCEEDED",
    "f1 SUCCEEDED",
    "f2 SUCCEEDED",
  ]);
});

test("[LNX-01] an error or a return of finally stands in for what was pending", () => {
  expect(ran([guard({ try: [done("1")], finally: [fails("CLEANUP")] })]).outcome).toMatchObject({
    status: "failed",
    error: { code: "CLEANUP" },
  });
  expect(ran([guard({ try: [fails()], finally: [done("2")] })]).outcome).toEqual({ status: "succeeded", output: 2 });
});

test("[INT-18] a cancel cancels the active step and the run, and no catch sees it", () => {
  const { outcome, trace, endedAtMs, journal } = ran([guard({ try: [call("hangs")], catch: [log("c")] }), log("z")], {
    act: never,
    cancelAtMs: 5000,
  });
  expect(outcome).toMatchObject({
    status: "canceled",
    error: { category: "Cancellation", code: "CANCELED", details: { by: "tester" } },
  });
  expect(lines(trace)).toEqual(["t CANCELED", "hangs CANCELED"]);
  expect(endedAtMs).toBe(5000);
  expect(journal.at(-1)).toMatchObject({ kind: "run", status: "CANCELED" });
});

test("[LNX-01] finally runs under a cancel, cannot be cancelled, and the run then ends CANCELED", () => {
  const tidy = guard({
    try: [call("hangs")],
    catch: [log("c")],
    finally: [log("f1"), { id: "nap", type: "time.wait", durationMs: 1000 }, call("undo"), log("f2")],
  });
  const outer = guard({ id: "o", try: [tidy, log("no")], catch: [log("c2")], finally: [log("f3")] });
  const { outcome, state, trace, endedAtMs } = ran([outer, log("z")], { act: never, cancelAtMs: 500 });
  expect(outcome).toMatchObject({ status: "canceled", error: { category: "Cancellation" } });
  expect(state.vars["log"]).toEqual(["f1", "f2", "f3"]);
  expect(endedAtMs).toBe(1501);
  expect(lines(trace)).toEqual([
    "o CANCELED",
    "t CANCELED",
    "hangs CANCELED",
    "f1 SUCCEEDED",
    "nap SUCCEEDED",
    "undo SUCCEEDED",
    "f2 SUCCEEDED",
    "f3 SUCCEEDED",
  ]);
});

test("[LNX-01] a cancel that comes while a finally runs lets it end, and goes on from there", () => {
  const { outcome, state } = ran(
    [guard({ try: [log("a")], finally: [{ id: "nap", type: "time.wait", durationMs: 1000 }, log("f")] }), log("z")],
    { cancelAtMs: 500 },
  );
  expect(outcome).toMatchObject({ status: "canceled" });
  expect(state.vars["log"]).toEqual(["a", "f"]);
});

test("under a cancel neither an error nor a return of finally makes another end of it, and a failed undoing is named", () => {
  const cancelled = (last: StepSource): Ran =>
    ran([guard({ id: "o", try: [guard({ try: [call("hangs")], finally: [last] })], catch: [log("c")] }), log("z")], {
      act: never,
      cancelAtMs: 10,
    });
  const failed = cancelled(fails("CLEANUP"));
  expect(failed.outcome).toMatchObject({
    status: "canceled",
    error: {
      details: {
        by: "tester",
        effectsMayRemain: [{ stepPath: "root.steps[0].try.steps[0].finally.steps[0]", iteration: [] }],
      },
    },
  });
  expect(failed.state.vars).toEqual({});
  expect(cancelled(done("1")).outcome).toMatchObject({ status: "canceled" });
});

test("[CAS-01] a finally that goes on for more than an hour under a cancel is cut off, and the run ends CANCELED", () => {
  const { outcome, endedAtMs, trace } = ran(
    [guard({ try: [call("hangs")], finally: [{ id: "nap", type: "time.wait", durationMs: 2 * 3_600_000 }] })],
    { act: never, cancelAtMs: 1000 },
  );
  expect(outcome).toMatchObject({ status: "canceled", error: { category: "Cancellation" } });
  expect(endedAtMs).toBe(3_601_000);
  expect(lines(trace)).toEqual(["t CANCELED", "hangs CANCELED", "nap CANCELED"]);
});
