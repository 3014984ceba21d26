// Calls of one run on Temporal, answered by the mocks of its scenario.
import { setTimeout as pause } from "node:timers/promises";
import { inputError, instantFromMs, MockBook } from "@mainspring/core";
import type { Effect, ScenarioFailure } from "@mainspring/core";
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

export function mockedCalls({ program, source, scenario, virtual }: RealCase): MockedCalls {
  const book = new MockBook(scenario.mocks);
  const effects: Effect[] = [];
  const failures: ScenarioFailure[] = [];
  const startedMs = performance.now();
  return {
    effects,
    failures,
    async answer({ action, stepId, iteration, attempt, input, signal }) {
      const refused = inputError(source.catalogue.actions, { action, input });
      if (refused !== undefined) return { fail: refused as Fail };
      const place = { action, stepId, iteration, attempt, input };
      effects.push({ ...place, atMs: Math.round(performance.now() - startedMs) });
      // A clock that is asked says what it said on the virtual clock.
      const before = virtual.effects.find(
        (one) => one.stepId === stepId && one.attempt === attempt && one.iteration.join() === iteration.join(),
      );
      const now = instantFromMs(Date.parse(scenario.now) + (before?.atMs ?? 0));
      const given = book.answer({ ...place, now, names: [`${program.workflow}/${stepId}`, stepId, action] });
      if ("problem" in given) {
        const message = `${stepId} called ${action}, try ${attempt}. ${given.problem}`;
        failures.push({ path: "/mocks", message, seen: input });
        return { fail: { category: "ActionError", code: "MOCK_MISSING", message: given.problem } };
      }
      if ("never" in given) return untilAborted(signal);
      if (given.afterMs > 0) await pause(given.afterMs, undefined, { signal });
      if ("output" in given) return given;
      return { fail: { message: `${given.fail.code}, says the mock.`, ...given.fail } as Fail };
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
