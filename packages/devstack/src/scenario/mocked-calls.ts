// Calls of one run on Temporal, answered by the mocks of its scenario.
import { setTimeout as pause } from "node:timers/promises";
import { inputError, instantFromMs, MockBook } from "@mainspring/core";
import type { Effect, GivenAnswer, Json, ScenarioFailure } from "@mainspring/core";
import { childAnswer } from "./published.ts";
import type { RealCase } from "./real-scenarios.ts";
import type { Answerer } from "./real-world.ts";

type Fail = Extract<Awaited<ReturnType<Answerer>>, { fail: unknown }>["fail"];

/** What a scenario's run called, and how it was answered. */
export type MockedCalls = {
  answer: Answerer;
  /** In the order in which they came. */
  effects: Effect[];
  /** Calls for which the scenario has no answer. */
  failures: ScenarioFailure[];
};

/** The run that makes a call. */
export type CallingRun = {
  workflow: string;
  input: Json;
  /** Of a run that was called itself: by which step, and which try of it. */
  call?: { stepId: string; iteration: readonly number[]; attempt: number };
};

/** @param runOf tells of a run by its id */
export function mockedCalls(
  { source, scenario, virtual }: RealCase,
  runOf: (runId: string) => Promise<CallingRun>,
): MockedCalls {
  const book = new MockBook(scenario.mocks);
  const effects: Effect[] = [];
  const failures: ScenarioFailure[] = [];
  const startedMs = performance.now();
  const give = async (given: GivenAnswer, signal: AbortSignal): Promise<Awaited<ReturnType<Answerer>> | undefined> => {
    if ("problem" in given) return undefined;
    if ("never" in given) return untilAborted(signal);
    if (given.afterMs > 0) await pause(given.afterMs, undefined, { signal });
    if ("output" in given) return given;
    return { fail: { message: `${given.fail.code}, says the mock.`, ...given.fail } as Fail };
  };
  /** A call for which the scenario has no answer. */
  const unanswered = (path: string, message: string, seen: Json, problem: string): { fail: Fail } => {
    failures.push({ path, message: `${message} ${problem}`, seen });
    return { fail: { category: "ActionError", code: "MOCK_MISSING", message: problem } };
  };
  /** What a called workflow gives, as its stand-in asks. */
  const giveOfChild = async ({ workflow, input, call }: CallingRun, signal: AbortSignal) => {
    const mock = scenario.workflows[workflow]?.mock;
    const place = { stepId: "", iteration: [], attempt: 1, ...call };
    const asked = { names: [workflow], action: workflow, ...place, input, now: scenario.now };
    const given: GivenAnswer =
      mock === undefined ? { problem: "Nothing says what it gives." } : book.answerOf(mock, workflow, asked);
    const message = `${place.stepId} called ${workflow}, try ${place.attempt}.`;
    return (
      (await give(given, signal)) ??
      unanswered(`/workflows/${workflow}`, message, input, "problem" in given ? given.problem : "")
    );
  };
  return {
    effects,
    failures,
    async answer({ action, runId, stepId, iteration, attempt, input, signal }) {
      const run = await runOf(runId);
      if (action === childAnswer.id) return giveOfChild(run, signal);
      const workflow = run.call === undefined ? {} : { workflow: run.workflow };
      const refused = inputError(source.catalogue.actions, { action, input });
      if (refused !== undefined) return { fail: refused as Fail };
      const place = { action, stepId, iteration, attempt, input };
      effects.push({ ...place, ...workflow, atMs: Math.round(performance.now() - startedMs) });
      // A clock that is asked says what it said on the virtual clock.
      const before = virtual.effects.find(
        (one) =>
          one.stepId === stepId &&
          one.workflow === workflow.workflow &&
          one.attempt === attempt &&
          one.iteration.join() === iteration.join(),
      );
      const now = instantFromMs(Date.parse(scenario.now) + (before?.atMs ?? 0));
      const given = book.answer({ ...place, now, names: [`${run.workflow}/${stepId}`, stepId, action] });
      const message = `${stepId} called ${action}, try ${attempt}.`;
      return (
        (await give(given, signal)) ?? unanswered("/mocks", message, input, "problem" in given ? given.problem : "")
      );
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new Error("never answered"));
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
