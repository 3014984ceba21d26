import type { Coverage, Scenario, ScenarioFailure, ScenarioResult } from "@mainspring/core";
import { readFile } from "node:fs/promises";
import { utf8Text } from "../../input/utf8-text.ts";
import type { ShownIssue } from "../../output/issues.ts";
import { testedWorkflow, withWorkflows, type TestedWorkflow } from "./tested-workflow.ts";

/** What came of the scenarios of one file. */
export interface TestReport {
  readonly file: string;
  readonly workflow: string | null;
  /** Why nothing of it could be run. */
  readonly unreadable?: { readonly file: string; readonly issues: readonly ShownIssue[] };
  readonly scenarios: readonly ScenarioReport[];
  readonly coverage?: CoverageReport;
}

export interface ScenarioReport {
  readonly name: string;
  readonly line?: number;
  readonly passed: boolean;
  readonly durationMs: number;
  /** How long the run took on the virtual clock. */
  readonly virtualMs: number;
  readonly failures: readonly (ScenarioFailure & { readonly line?: number })[];
  /** Why it was not run, with `--real`; it counts neither as passed nor as failed. */
  readonly leftOut?: string;
}

/** A scenario that was run on the virtual clock, and how its report is made. */
export interface RanScenario {
  readonly tested: TestedWorkflow;
  readonly scenario: Scenario;
  readonly result: ScenarioResult;
  report(result: Pick<ScenarioResult, "failures" | "tookMs">, durationMs: number): ScenarioReport;
}

export interface CoverageReport {
  readonly steps: CoveredParts;
  readonly branches: CoveredParts;
}

export interface CoveredParts {
  readonly covered: number;
  readonly total: number;
  readonly missing: readonly string[];
}

/** Runs the scenarios of a file. @param filter text that a scenario's name contains @param onRan told of each */
export async function runTestFile(
  path: string,
  filter: string | undefined,
  onRan?: (ran: RanScenario) => void,
): Promise<TestReport> {
  const [{ runScenario, mergedCoverage, coverable }, { parseScenarios }] = await Promise.all([
    import("@mainspring/core"),
    import("@mainspring/core/compile"),
  ]);
  const file = parseScenarios(utf8Text(await readFile(path), path));
  if ("issues" in file)
    return { file: path, workflow: null, unreadable: { file: path, issues: file.issues }, scenarios: [] };
  const tested = await testedWorkflow(path, file);
  if ("issues" in tested) return { file: path, workflow: file.workflow ?? null, unreadable: tested, scenarios: [] };

  const { program, beside, world } = tested;
  const seen: Coverage[] = [];
  const scenarios = file.scenarios.flatMap((scenario, index): ScenarioReport[] => {
    if (filter !== undefined && !scenario.name.toLowerCase().includes(filter.toLowerCase())) return [];
    const startedMs = performance.now();
    const whole = withWorkflows(scenario, beside);
    const result = runScenario(program, whole, world);
    const durationMs = performance.now() - startedMs;
    const coverage = result.coverage[program.workflow];
    if (coverage !== undefined) seen.push(coverage);
    const report: RanScenario["report"] = (came, ms) => reportOf(scenario, came, ms, (at) => file.lineOf?.(index, at));
    onRan?.({ tested, scenario: whole, result, report });
    return [report(result, durationMs)];
  });
  return {
    file: path,
    workflow: program.workflow,
    scenarios,
    coverage: coverageReport(coverable(program), mergedCoverage(program, seen)),
  };
}

function reportOf(
  { name, line }: { readonly name: string; readonly line?: number },
  { failures, tookMs }: Pick<ScenarioResult, "failures" | "tookMs">,
  durationMs: number,
  lineOf: (path: string) => number | undefined,
): ScenarioReport {
  return {
    name,
    ...(line === undefined ? {} : { line }),
    passed: failures.length === 0,
    durationMs: Math.round(durationMs * 10) / 10,
    virtualMs: tookMs,
    failures: failures.map((failure) => {
      const at = lineOf(failure.path);
      return at === undefined ? failure : { ...failure, line: at };
    }),
  };
}

function coverageReport(all: Coverage, covered: Coverage): CoverageReport {
  const parts = (of: keyof Coverage): CoveredParts => ({
    covered: covered[of].length,
    total: all[of].length,
    missing: all[of].filter((name) => !covered[of].includes(name)),
  });
  return { steps: parts("steps"), branches: parts("branches") };
}
