import { expect, test } from "vitest";
import { canonicalHash } from "../canonical/canonical-hash.ts";
import { foldJournal } from "../journal/fold.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { childResult, epochMs, lines, run, startContext } from "../testing/world.ts";
import type { Child, ChildAnswer, Ran, WorldOptions } from "../testing/world.ts";
import { instantFromMs } from "../time/instant.ts";
import type { Json } from "../values/json.ts";
import { resume, start } from "./interpret.ts";
import type { ChildError, JournalEntry, RunEvent, RunState } from "./transition.ts";

type Fields = { readonly [field: string]: unknown };

const child = (fields: Fields = {}): StepSource => ({ id: "call", type: "control.callWorkflow", ...fields });
const assign = (id: string, target: string, value: string): StepSource => ({
  id,
  type: "transform.assign",
  assign: { [target]: x(value) },
});
const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const guard = (step: StepSource): StepSource => ({
  id: "t",
  type: "control.tryCatch",
  try: [step],
  catch: [assign("c", "caught", "error")],
});
const ran = (steps: readonly StepSource[], options: WorldOptions = {}): Ran => run(buildProgram(steps), options);
const broken: ChildError = { category: "BusinessError", code: "BROKEN", message: "as told", stepId: "inner" };
const retry = (fields: Fields): Fields => ({
  retry: { maxAttempts: 3, backoffMs: 100, backoffMultiplier: 2, maxDelayMs: 10_000, jitter: false, ...fields },
});
const waits = (journal: readonly JournalEntry[]): (JournalEntry & { kind: "wait" })[] =>
  journal.filter((entry) => entry.kind === "wait");
const at = (ms: number): string => instantFromMs(epochMs + ms);

test("[CHD-02] [CHD-05] a child gets what the parent computes, and its result is childRun in the output mapping and goes to saveAs", () => {
  const { outcome, children, trace } = ran(
    [
      assign("a", "n", "20"),
      child({
        workflow: "sub",
        version: 7,
        input: { n: x("n + 1"), of: x("payload.of"), none: x("nothing") },
        saveAs: "result",
        output: { got: x("childRun.output.x"), "vars.o.given": x("childRun.payload"), run: x("childRun.runId") },
      }),
      done("{'result': result, 'got': got, 'given': o.given, 'run': run, 'after': $exists(childRun)}"),
    ],
    { payload: { of: "parent" }, child: () => ({ output: { x: 5 }, afterMs: 30 }) },
  );
  expect(children).toEqual([
    { workflow: "sub", stepId: "call", iteration: [], input: { n: 21, of: "parent" }, attempt: 1 },
  ]);
  expect(outcome).toEqual({
    status: "succeeded",
    output: { result: { x: 5 }, got: 5, given: { n: 21, of: "parent" }, run: "child-c1", after: false },
  });
  expect(lines(trace)).toEqual(["a SUCCEEDED", "call SUCCEEDED", "done SUCCEEDED"]);
});

test("a call opens a wait of type child, whose key is the child's run, and the run waits", () => {
  const program = buildProgram([child({ workflow: "sub", version: "latest" })]);
  const first = start(program, null, startContext(program));
  expect(first.commands).toEqual([
    {
      id: "c1",
      kind: "startChild",
      place: { stepId: "call", stepPath: "root.steps[0]", iteration: [], execution: 3 },
      workflow: "sub",
      version: "latest",
      input: {},
      attempt: 1,
    },
  ]);
  expect(first.state.status).toBe("WAITING");
  const begun: RunEvent = { kind: "childStarted", id: "c1", runId: "run-2", now: at(1), turn: 2 };
  const second = resume(program, first.state, begun);
  const result = childResult("run-2", { workflow: "sub", stepId: "call", iteration: [], input: {}, attempt: 1 }, "out");
  const third = resume(program, second.state, { kind: "childSucceeded", id: "c1", result, now: at(2), turn: 3 });
  expect(waits([...first.journal, ...second.journal, ...third.journal])).toMatchObject([
    { waitId: "c1", waitType: "child", status: "WAITING", data: { workflow: "sub" } },
    { waitId: "c1", waitType: "child", status: "WAITING", data: { workflow: "sub", key: "run-2" } },
    {
      waitId: "c1",
      waitType: "child",
      status: "RESOLVED",
      data: { workflow: "sub", key: "run-2", resolvedBy: "child" },
    },
  ]);
  expect(third.outcome).toEqual({ status: "succeeded", output: null });
  expect(resume(program, third.state, { ...begun, turn: 4 }).journal.at(-1)).toMatchObject({ kind: "late" });
});

test("[CHD-06] a child's failure is a ChildWorkflowError with the child's error inside, catchable", () => {
  const { outcome } = ran([guard(child({ workflow: "sub" })), done("caught")], {
    child: () => ({ error: { ...broken, nodePath: "root.steps[3]", details: { why: 1 } } }),
  });
  expect(outcome).toMatchObject({
    status: "succeeded",
    output: {
      category: "ChildWorkflowError",
      code: "CHILD_FAILED",
      stepId: "call",
      nodePath: "root.steps[0].try.steps[0]",
      attempt: 1,
      details: {
        runId: "child-c1",
        workflow: "sub",
        error: { category: "BusinessError", code: "BROKEN", stepId: "inner", details: { why: 1 } },
      },
    },
  });
  expect(ran([child()], { child: () => ({ error: broken }) }).outcome).toMatchObject({
    status: "failed",
    error: { category: "ChildWorkflowError", code: "CHILD_FAILED" },
  });
});

test("[CASE-32] a child that could not be opened fails the call with the error that says why, catchable, with its pointer", () => {
  const refused: ChildError = {
    category: "ValidationError",
    code: "PAYLOAD_INVALID",
    message: "The payload does not fit.",
    details: { issues: [{ pointer: "/b" }] },
  };
  const { outcome, trace } = ran([guard(child()), done("[caught.category, caught.details.issues.pointer]")], {
    child: () => ({ refused }),
  });
  expect(outcome).toEqual({ status: "succeeded", output: ["ValidationError", "/b"] });
  expect(lines(trace)).toContain("call FAILED");
});

const attemptsOf = ({ journal }: Ran): string[] =>
  journal.flatMap((entry) =>
    entry.kind === "step" && entry.stepId === "call" && entry.data?.attempt !== undefined
      ? [
          `${entry.data.attempt} ${entry.status} ${Date.parse(entry.at) - epochMs}${entry.data.error === undefined ? "" : ` ${entry.data.error.code}`}`,
        ]
      : [],
  );

test("[CHD-06] each try is a new child with the same payload, after the delay of the policy, and attempts are journalled meanwhile", () => {
  const failTwice = ({ attempt }: Child): ChildAnswer =>
    attempt < 3 ? { error: broken, afterMs: 10 } : { output: "third", afterMs: 10 };
  const call = child({
    input: { at: x("now") },
    saveAs: "got",
    ...retry({ retryOn: ["BROKEN"] }),
  });
  const checkpoint = (state: RunState): RunState => JSON.parse(JSON.stringify(state)) as RunState;
  const result = ran([call, done("got")], { child: failTwice, checkpoint });
  expect(result.outcome).toEqual({ status: "succeeded", output: "third" });
  expect(result.children.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(new Set(result.children.map(({ input }) => JSON.stringify(input))).size).toBe(1);
  expect(attemptsOf(result)).toEqual([
    "1 WAITING 0",
    "1 WAITING 10 CHILD_FAILED",
    "2 WAITING 110",
    "2 WAITING 120 CHILD_FAILED",
    "3 WAITING 320",
    "3 SUCCEEDED 330",
  ]);
  expect(waits(result.journal).filter(({ status }) => status === "RESOLVED")).toHaveLength(3);
});

test("retryOn names the child's error or ours; the default two are the child's, and after the last try its error stands", () => {
  const tries = (retryOn: string[], error: ChildError): number =>
    ran([child(retry({ retryOn, backoffMs: 0 }))], { child: () => ({ error }) }).children.length;
  const slow: ChildError = { category: "TimeoutError", code: "WAIT_TIMEOUT", message: "slow" };
  expect(tries(["TransientError", "TimeoutError"], slow)).toBe(3);
  expect(tries(["TransientError", "TimeoutError"], broken)).toBe(1);
  expect(tries(["ChildWorkflowError"], broken)).toBe(3);
  expect(tries(["CHILD_FAILED"], broken)).toBe(3);
  const { outcome } = ran([child(retry({ retryOn: ["BROKEN"] }))], { child: () => ({ error: broken }) });
  expect(outcome).toMatchObject({ status: "failed", error: { code: "CHILD_FAILED", attempt: 3 } });
});

test("jitter shortens a delay to no less than its half, the same whenever the run is computed again", () => {
  const call = child(retry({ retryOn: ["BROKEN"], jitter: true, backoffMs: 1000, maxAttempts: 2 }));
  const twice = [1, 2].map(() => ran([call], { child: () => ({ error: broken }) }).endedAtMs);
  expect(twice[0]).toBe(twice[1]);
  expect(twice[0]).toBeGreaterThanOrEqual(500);
  expect(twice[0]).toBeLessThan(1002);
});

test("[CAS-01] a child that was cancelled on its own is CHILD_CANCELED: catchable, and not tried again", () => {
  const canceled: ChildError = { category: "Cancellation", code: "CANCELED", message: "by hand" };
  const call = guard(child(retry({ retryOn: ["ChildWorkflowError", "Cancellation", "CHILD_CANCELED"] })));
  const { outcome, children } = ran([call, done("[caught.category, caught.code]")], {
    child: () => ({ error: canceled }),
  });
  expect(outcome).toEqual({ status: "succeeded", output: ["ChildWorkflowError", "CHILD_CANCELED"] });
  expect(children).toHaveLength(1);
});

test("onError continue binds the error after the last try and goes on", () => {
  const call = child({
    ...retry({ retryOn: ["BROKEN"], maxAttempts: 2 }),
    onError: { policy: "continue", captureErrorAs: "failure" },
  });
  const { outcome, trace } = ran([call, done("[failure.code, failure.attempt]")], { child: () => ({ error: broken }) });
  expect(outcome).toEqual({ status: "succeeded", output: ["CHILD_FAILED", 2] });
  expect(lines(trace)).toEqual(["call FAILED", "done SUCCEEDED"]);
});

test("[CHD-07] cancelling the parent cancels its child, is no ChildWorkflowError, and leaves step, wait and run CANCELED", () => {
  const program = buildProgram([guard(child())]);
  const first = start(program, null, startContext(program));
  const begun = resume(program, first.state, { kind: "childStarted", id: "c1", runId: "r", now: at(1), turn: 2 });
  const ended = resume(program, begun.state, { kind: "cancelRequested", by: "me", now: at(2), turn: 3 });
  expect(ended.commands.map(({ id, kind }) => `${kind} ${id}`)).toEqual(["cancelChild c1", "finish c2"]);
  expect(ended.outcome).toMatchObject({ status: "canceled", error: { category: "Cancellation" } });
  expect(waits(ended.journal)).toMatchObject([{ waitType: "child", status: "CANCELED" }]);
  const late = resume(program, ended.state, { kind: "childFailed", id: "c1", error: broken, now: at(3), turn: 4 });
  expect(late.journal.at(-1)).toMatchObject({ kind: "late" });
});

test("cancelled between two tries, a call makes no further one", () => {
  const result = ran([child(retry({ retryOn: ["BROKEN"], backoffMs: 60_000 }))], {
    child: () => ({ error: broken }),
    cancelAtMs: 5000,
  });
  expect(result.outcome?.status).toBe("canceled");
  expect(result.children).toHaveLength(1);
  expect(result.endedAtMs).toBe(5000);
  expect(lines(result.trace)).toEqual(["call CANCELED"]);
});

test("an output mapping that fails, and one that writes where it cannot, are the step's error", () => {
  const mapped = (output: Json): unknown => {
    const { outcome } = ran([assign("a", "n", "1"), child({ output })], { child: () => ({ output: null }) });
    return outcome?.status === "failed" ? `${outcome.error.code} ${outcome.error.stepId}` : outcome;
  };
  expect(mapped({ "vars.n.x": 1 })).toBe("TARGET_NOT_WRITABLE call");
  expect(mapped({ v: x("$number(childRun.runId)") })).toMatch(/ call$/);
});

test("a result over 1 KiB stands in the journal as the reference that came with it, and the fold resolves it", () => {
  const program = buildProgram([child({ output: { n: x("$length(childRun.output)") } }), done("n")]);
  const first = start(program, null, startContext(program));
  const result = childResult(
    "r",
    { workflow: "w", stepId: "call", iteration: [], input: {}, attempt: 1 },
    "z".repeat(3000),
  );
  const reference = { hash: canonicalHash(result), bytes: 3300 };
  const event: RunEvent = { kind: "childSucceeded", id: "c1", result, reference, now: at(1), turn: 2 };
  const last = resume(program, first.state, event);
  expect(last.outcome).toEqual({ status: "succeeded", output: 3000 });
  const journal = [...first.journal, ...last.journal];
  expect(JSON.stringify(journal)).not.toContain("zzzz");
  expect(foldJournal(program, journal, () => result as unknown as Json)).toStrictEqual(last.state);
});
