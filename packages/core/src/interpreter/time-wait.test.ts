import { expect, test } from "vitest";
import { buildProgram, x } from "../testing/build-program.ts";
import type { StepSource } from "../testing/build-program.ts";
import { run, startContext } from "../testing/world.ts";
import { openCommands, resume, start } from "./interpret.ts";
import type { Json } from "../values/json.ts";
import type { JournalEntry, RunEvent, Transition } from "./transition.ts";

const done = (output: string): StepSource => ({ id: "done", type: "control.return", output: x(output) });
const nap = (id: string, fields: { [field: string]: unknown }): StepSource => ({ id, type: "time.wait", ...fields });
const waitEntries = (journal: readonly JournalEntry[]): unknown[] =>
  journal.flatMap((entry) =>
    entry.kind === "wait" ? [{ id: entry.waitId, type: entry.waitType, status: entry.status, data: entry.data }] : [],
  );
const at = (s: number): string => `2031-01-01T00:00:${s < 10 ? "0" : ""}${s}.000Z`;

/** Feeds events one after the other, each in a turn of its own. */
function feed(
  program: ReturnType<typeof buildProgram>,
  first: Transition,
  events: readonly (RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "now" | "turn"> : never) : never)[],
): Transition[] {
  const transitions: Transition[] = [first];
  for (const event of events) {
    const state = (transitions[transitions.length - 1] as Transition).state;
    transitions.push(
      resume(program, state, { ...event, now: at(transitions.length), turn: transitions.length + 1 } as RunEvent),
    );
  }
  return transitions;
}

test("[WAI-01] [WAI-03] [WAI-04] [TST-12] a time.wait sets one timer, shows its wait row, sets vars.timeWait and evaluates assign", () => {
  const ran = run(
    buildProgram([nap("n", { durationMs: x("2 * 1000"), assign: { late: x("timeWait.firedAt") } }), done("vars")]),
  );
  expect(ran.endedAtMs).toBe(2000);
  const facts = { plannedAt: at(2), firedAt: at(2), skipped: false };
  expect(ran.outcome).toEqual({ status: "succeeded", output: { timeWait: facts, late: at(2) } });
  expect(waitEntries(ran.journal)).toEqual([
    { id: "c1", type: "time", status: "WAITING", data: { timeoutAt: at(2) } },
    { id: "c1", type: "time", status: "RESOLVED", data: { timeoutAt: at(2), resolvedBy: "time" } },
  ]);
  expect(
    ran.journal
      .filter((entry) => entry.kind === "step" && entry.stepId === "n")
      .map((entry) => (entry as { status: string }).status),
  ).toEqual(["RUNNING", "WAITING", "SUCCEEDED"]);
});

test("[WAI-02] [TST-12] a wait that is already due takes no timer and leaves one RESOLVED row", () => {
  for (const when of [
    { durationMs: 0 },
    { durationMs: -5 },
    { until: at(0) },
    { until: "2030-12-31T23:59:59+00:00" },
    { until: "2031-01-01" },
  ]) {
    const program = buildProgram([nap("n", when), done("vars.timeWait.skipped")]);
    const { commands, journal, outcome } = start(program, null, startContext(program));
    expect(outcome, JSON.stringify(when)).toEqual({ status: "succeeded", output: true });
    expect(commands.map(({ kind }) => kind)).toEqual(["finish"]);
    expect(waitEntries(journal)).toMatchObject([{ type: "time", status: "RESOLVED", data: { resolvedBy: "time" } }]);
  }
});

test("a wait until a far instant, with an offset, is due then", () => {
  const program = buildProgram([nap("n", { until: "2031-01-01T02:00:30+02:00" })]);
  expect(start(program, null, startContext(program)).commands).toMatchObject([
    { kind: "startTimer", when: { dueAt: at(30) } },
  ]);
});

test("[CAS-01] a duration or instant that is nothing, no such thing or beyond ten years is an ExpressionError", () => {
  const code = (fields: { [field: string]: unknown }): unknown => {
    const { outcome } = run(buildProgram([nap("n", fields)]));
    return outcome?.status === "failed" ? `${outcome.error.category} ${outcome.error.code}` : outcome;
  };
  expect(code({ durationMs: x("nothing") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(code({ durationMs: x("null") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(code({ durationMs: "5" })).toBe("ExpressionError VALUE_TYPE");
  expect(code({ durationMs: 11 * 366 * 86_400_000 })).toBe("ExpressionError DURATION_TOO_LONG");
  expect(code({ until: x("nothing") })).toBe("ExpressionError EXPR_NO_VALUE");
  expect(code({ until: "tomorrow" })).toBe("ExpressionError UNTIL_NOT_INSTANT");
  expect(code({ until: 5 })).toBe("ExpressionError UNTIL_NOT_INSTANT");
  expect(code({ until: "2042-01-01" })).toBe("ExpressionError DURATION_TOO_LONG");
});

test("[CAL-01] business time is computed by the shell, whose answer shows on the wait row and is kept for a restart", () => {
  const program = buildProgram([
    nap("n", { business: { days: x("1 + 1"), calendar: "default" } }),
    done("timeWait.plannedAt"),
  ]);
  const [first, started, fired] = feed(program, start(program, null, startContext(program)), [
    { kind: "timerStarted", id: "c1", dueAt: at(40), calendarVersion: 3 },
    { kind: "timerFired", id: "c1" },
  ]);
  expect(first?.commands).toMatchObject([{ kind: "startTimer", when: { business: { days: 2, calendar: "default" } } }]);
  expect(waitEntries(started?.journal ?? [])).toEqual([
    { id: "c1", type: "time", status: "WAITING", data: { timeoutAt: at(40) } },
  ]);
  expect(started === undefined ? [] : openCommands(started.state)).toMatchObject([
    { kind: "startTimer", id: "c1", when: { dueAt: at(40) } },
  ]);
  expect(fired?.outcome).toEqual({ status: "succeeded", output: at(40) });
});

test("a fraction of a millisecond is rounded up", () => {
  const program = buildProgram([nap("n", { durationMs: 0.25 })]);
  expect(start(program, null, startContext(program)).commands).toMatchObject([
    { kind: "startTimer", when: { dueAt: "2031-01-01T00:00:00.001Z" } },
  ]);
});

test("at most 100 events and 1 MiB are kept, and the next is ignored for the record", () => {
  const sleeper = buildProgram([nap("n", { durationMs: 5000 })]);
  const kept = (count: number, payload: Json): number => {
    const events = Array.from({ length: count }, (_, i) => ({
      atMs: i,
      event: { id: `e${i}`, name: "paid", payload },
    }));
    return run(sleeper, { events }).journal.filter((entry) => entry.kind === "event" && entry.verdict === "kept")
      .length;
  };
  expect(kept(103, 1)).toBe(100);
  expect(kept(8, "x".repeat(200_000))).toBe(5);
});
