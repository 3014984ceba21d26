// Table of contents of `@mainspring/devstack/scenario`: scenario files on real Temporal.
import type { Program, Scenario, ScenarioFailure, ScenarioResult } from "@mainspring/core";
import type { CompileCatalogue } from "@mainspring/core/compile";
import { lineProgress, type Progress } from "../progress.ts";
import { clashes, whyLeftOut } from "./left-out.ts";
import { realRun } from "./real-run.ts";
import { openRealWorld } from "./real-world.ts";

export { lineProgress };

/** A scenario that has been run on the virtual clock, and is to be run on Temporal as well. */
export type RealCase = {
  program: Program;
  /** The text of the program's definition, and what it was compiled with. */
  source: { text: string; catalogue: CompileCatalogue };
  scenario: Scenario;
  virtual: ScenarioResult;
};

export type RealResult =
  /** Why it was not run: a reason that ends no sentence. */
  | { leftOut: string }
  /** None: it passed, and its run went as on the virtual clock. */
  | { failures: readonly ScenarioFailure[]; durationMs: number };

const atOnce = 4;

/**
 * Runs scenarios on real Temporal and Postgres, a few at once, each for a tenant of its own. Actions are answered by the
 * scenario's mocks; events and a cancel come when the run is as far as it was on the virtual clock. What came of it is
 * compared with the expectation and with what came of it there.
 * @throws SetupError when Postgres or Temporal cannot be started
 */
export async function runRealScenarios(cases: readonly RealCase[], progress: Progress): Promise<RealResult[]> {
  const clash = clashes(cases);
  const results: (RealResult | undefined)[] = cases.map((one) => {
    const leftOut = whyLeftOut(one) ?? clash(one);
    if (leftOut !== undefined) return { leftOut };
    // Where it could not go on there is nothing to compare with.
    const stuck = one.virtual.failures.filter(({ path }) => !path.startsWith("/expect"));
    return stuck.length === 0 ? undefined : { failures: stuck, durationMs: 0 };
  });
  const due = [...results.entries()].flatMap(([index, result]) => (result === undefined ? [index] : []));
  if (due.length > 0) {
    const world = await openRealWorld(
      due.map((index) => cases[index] as RealCase),
      progress,
    );
    try {
      const next = due.values();
      const lane = async (): Promise<void> => {
        for (const index of next) results[index] = await realRun(world, cases[index] as RealCase);
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
    } finally {
      await world.close();
    }
  }
  return results as RealResult[];
}
