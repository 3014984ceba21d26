import { runTestFile, type RanScenario, type ScenarioReport, type TestReport } from "./run-tests.ts";

/**
 * Runs the scenarios of files on the virtual clock, and then on real Temporal: what is reported is what came of it there.
 * Nothing is reported of coverage.
 * @param say told of what takes its time
 */
export async function runRealTests(
  files: readonly string[],
  filter: string | undefined,
  say: (line: string) => void,
): Promise<TestReport[]> {
  const read: { readonly report: TestReport; readonly ran: readonly RanScenario[] }[] = [];
  for (const file of files) {
    const ran: RanScenario[] = [];
    const { coverage: _, ...report } = await runTestFile(file, filter, (one) => ran.push(one));
    read.push({ report, ran });
  }
  const { lineProgress, runRealScenarios } = await import("@mainspring/devstack/scenario");
  const cases = read.flatMap(({ ran }) =>
    ran.map(({ tested: { program, source }, scenario, result }) => ({ program, source, scenario, virtual: result })),
  );
  const progress = lineProgress((text) => say(text.trimEnd()));
  const results = (await runRealScenarios(cases, progress)).values();
  return read.map(({ report, ran }) => ({
    ...report,
    scenarios: ran.map(({ report: reportOf, result: { tookMs } }): ScenarioReport => {
      const real = results.next().value ?? { leftOut: "it was not run" };
      if ("leftOut" in real) return { ...reportOf({ failures: [], tookMs: 0 }, 0), leftOut: real.leftOut };
      return reportOf({ failures: real.failures, tookMs }, real.durationMs);
    }),
  }));
}
