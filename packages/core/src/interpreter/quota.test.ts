import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { lines, run, startContext } from "../testing/world.ts";
import { openCommands, resume, start } from "./interpret.ts";
import type { JournalEntry, RunEvent, RunState, Transition } from "./transition.ts";

type Fields = { readonly [field: string]: unknown };

const call = (id: string, fields: Fields = {}): StepSource => ({
  id,
  type: "action.call",
  action: "test.once@1",
  ...fields,
});
const actions = { "test.once@1": { effect: "once" } } as const;
const branches = (...lists: StepSource[][]): StepSource => ({
  id: "p",
  type: "control.parallel",
  branches: lists.map((steps, i) => ({ id: `b${i}`, steps })),
});
const waits = (journal: readonly JournalEntry[]): (JournalEntry & { kind: "wait" })[] =>
  journal.filter((entry) => entry.kind === "wait");
const shown = ({ commands }: Transition): string[] => commands.map(({ id, kind }) => `${kind} ${id}`);

/** A run by hand. */
function begun(steps: readonly StepSource[]): {
  first: Transition;
  feed: (event: { kind: RunEvent["kind"]; [member: string]: unknown }) => Transition;
} {
  const program = buildProgram(steps, { actions });
  const first = start(program, null, startContext(program));
  let state = first.state;
  let turn = 1;
  return {
    first,
    feed: (event) => {
      turn += 1;
      const now = `2031-01-01T00:00:0${turn}.000Z`;
      const transition = resume(program, state, { now, turn, ...event } as unknown as RunEvent);
      state = transition.state;
      return transition;
    },
  };
}

test("a held call pauses the run with a wait of type quota, and the release issues the same call again", () => {
  const { first, feed } = begun([call("a", { input: { n: 1 }, saveAs: "got" })]);
  const [asked] = first.commands;
  const held = feed({ kind: "actionHeld", id: "c1" });
  expect(held.commands).toEqual([
    {
      id: "c2",
      kind: "pause",
      reason: "quota",
      place: { stepId: "a", stepPath: "root.steps[0]", iteration: [], execution: 3 },
    },
  ]);
  expect(held.state.status).toBe("PAUSED");
  expect(held.journal.at(-1)).toMatchObject({ kind: "run", status: "PAUSED" });
  expect(waits(held.journal)).toMatchObject([{ waitId: "c2", waitType: "quota", status: "WAITING", stepId: "a" }]);
  // What continue-as-new commands again: the pause, and not the call that it holds.
  expect(openCommands(held.state).map(({ kind }) => kind)).toEqual(["pause"]);

  const released = feed({ kind: "quotaReleased" });
  expect(released.commands).toEqual([asked]);
  expect(released.state.status).toBe("RUNNING");
  expect(waits(released.journal)).toMatchObject([
    { waitId: "c2", waitType: "quota", status: "RESOLVED", data: { resolvedBy: "quota" } },
  ]);
  expect(openCommands(released.state)).toEqual([asked]);
  const ended = feed({ kind: "actionSucceeded", id: "c1", output: "out", attempt: 1 });
  expect(ended.outcome).toEqual({ status: "succeeded", output: null });
  expect(ended.state.vars).toEqual({ got: "out" });
});

test("several held calls make one pause; a call that comes meanwhile is held without being asked for; all go on in their order", () => {
  const nap = { id: "n", type: "time.wait", durationMs: 5000 };
  const { feed } = begun([branches([call("a")], [call("b")], [nap, call("c")])]);
  expect(shown(feed({ kind: "actionHeld", id: "c2" }))).toEqual(["pause c4"]);
  expect(shown(feed({ kind: "actionHeld", id: "c1" }))).toEqual([]);
  const later = feed({ kind: "timerFired", id: "c3" });
  expect(later.commands).toEqual([]);
  expect(later.state.status).toBe("PAUSED");
  expect(shown(feed({ kind: "quotaReleased" }))).toEqual(["callAction c1", "callAction c2", "callAction c5"]);
  expect(shown(feed({ kind: "actionHeld", id: "c5" }))).toEqual(["pause c6"]);
});

test("while the run is paused its waits go on, and what is in flight comes in", () => {
  const wait = { id: "w", type: "event.wait", event: "e", correlationKey: "key", saveAs: "got" };
  const { feed } = begun([branches([call("a")], [call("b", { saveAs: "b" })], [wait])]);
  feed({ kind: "actionHeld", id: "c1" });
  const came = feed({ kind: "actionSucceeded", id: "c2", output: 1, attempt: 1 });
  const event = {
    id: "e1",
    name: "e",
    source: "s",
    payload: 2,
    correlationKey: "key",
    receivedAt: "2031-01-01T00:00:00.000Z",
  };
  const took = feed({ kind: "eventArrived", event });
  expect(took.state.vars).toEqual({ b: 1, got: 2 });
  expect([came.state.status, took.state.status]).toEqual(["PAUSED", "PAUSED"]);
});

test("a cancel while calls are held withdraws nothing outside, leaves no effect behind, and ends the pause", () => {
  const { feed } = begun([call("a")]);
  feed({ kind: "actionHeld", id: "c1" });
  const ended = feed({ kind: "cancelRequested", by: "me" });
  expect(shown(ended)).toEqual(["finish c3"]);
  expect(ended.outcome).toMatchObject({ status: "canceled" });
  expect(JSON.stringify(ended.outcome)).not.toContain("effectsMayRemain");
  expect(waits(ended.journal)).toMatchObject([{ waitType: "quota", status: "CANCELED" }]);
});

test("a pause ends when the last held call is given up, and the run goes on", () => {
  const fails = [
    { id: "n", type: "time.wait", durationMs: 10 },
    { id: "f", type: "control.raise", code: "BROKEN" },
  ];
  const program = buildProgram(
    [{ id: "t", type: "control.tryCatch", try: [branches([call("a")], fails)], catch: [call("b")] }],
    { actions },
  );
  const result = run(program, { hold: ({ stepId }) => stepId === "a", releaseAfterMs: 60_000 });
  expect(result.outcome).toEqual({ status: "succeeded", output: null });
  expect(result.effects.map(({ stepId }) => stepId)).toEqual(["b"]);
  expect(lines(result.trace)).toContain("a CANCELED");
  expect(waits(result.journal).at(-1)).toMatchObject({ waitType: "quota", status: "CANCELED" });
  expect(result.endedAtMs).toBeLessThan(20);
});

test("a release without a pause, a call held twice, and an answer to a held call are late and change nothing", () => {
  const { feed } = begun([call("a")]);
  expect(feed({ kind: "quotaReleased" }).journal.map(({ kind }) => kind)).toEqual(["input", "late"]);
  const held = feed({ kind: "actionHeld", id: "c1" }).state;
  expect(feed({ kind: "actionHeld", id: "c1" }).journal.at(-1)).toMatchObject({ kind: "late" });
  const late = feed({ kind: "actionSucceeded", id: "c1", output: 1, attempt: 1 });
  expect(late.journal.at(-1)).toMatchObject({ kind: "late", data: { event: "actionSucceeded", id: "c1" } });
  expect(late.state.open).toEqual(held.open);
  expect(feed({ kind: "actionHeld", id: "c9" }).journal.at(-1)).toMatchObject({ kind: "late" });
});

test("a run that is held again and again has the effects of one that never was, checkpoints included", () => {
  const steps = [
    { id: "l", type: "control.forEach", items: [1, 2, 3], concurrency: 2, body: [call("a", { input: x("item") })] },
    call("b"),
  ];
  const checkpoint = (state: RunState): RunState => JSON.parse(JSON.stringify(state)) as RunState;
  const plain = run(buildProgram(steps, { actions }));
  const held = run(buildProgram(steps, { actions }), { hold: (_, before) => before < 2, checkpoint });
  expect(held.effects).toEqual(plain.effects);
  expect(lines(held.trace)).toEqual(lines(plain.trace));
  expect(held.outcome).toEqual(plain.outcome);
  expect(held.events.filter(({ kind }) => kind === "quotaReleased").length).toBeGreaterThan(4);
});
