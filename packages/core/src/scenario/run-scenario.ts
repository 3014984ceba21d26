import type { RunState } from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import { validate } from "../schema/validate.ts";
import type { Json } from "../values/json.ts";
import { checkExpectation } from "./check-expectation.ts";
import { checkNames } from "./check-names.ts";
import type { Coverage } from "./coverage.ts";
import { coverageOf } from "./coverage.ts";
import { readScenario } from "./read-scenario.ts";
import type { WrittenScenario } from "./read-scenario.ts";
import type { Scenario, ScenarioFailure, ScenarioResult, ScenarioWorld } from "./scenario.ts";
import { traceOf } from "./trace.ts";
import { payloadByTrigger } from "./trigger.ts";
import { VirtualShell } from "./virtual-shell.ts";
import type { VirtualRun } from "./virtual-shell.ts";

/**
 * Runs a workflow against a scenario, on a virtual clock and without any effect, and compares what came of it with what
 * the scenario expects. The same on every machine: the interpreter that decides is the one that runs on Temporal.
 * Never throws for what a scenario or a definition says.
 * @param given from \`parseScenarios\`, or an object as an author writes it, without expressions in its mocks
 */
export function runScenario(
  program: Program,
  given: Scenario | WrittenScenario,
  world: ScenarioWorld = {},
): ScenarioResult {
  const { scenario, failures: unread } = asRead(given);
  if (unread.length > 0) return { ...nothing, failures: unread };
  const problems = checkNames(program, scenario);
  const start = startOf(program, scenario);
  if (start.failure !== undefined) problems.push(start.failure);
  if (problems.length > 0) return { ...nothing, failures: problems };

  const shell = new VirtualShell(scenario, world);
  const run = shell.run(program, start.payload as Json);
  const { state, outcome, journal } = run;
  const trace = traceOf(journal);
  const { tookMs, calls } = shell;
  const { effects } = calls;
  const called = Object.values(scenario.workflows).flatMap(({ program: one }) => (one === undefined ? [] : [one]));
  const programs = { main: program, called };
  const reached = {
    outcome,
    waitsFor: waitsFor(state),
    notTaken: notTaken(shell),
    trace,
    effects,
    vars: state.vars,
    state: state.state,
    tookMs,
    programs,
  };
  return {
    trace,
    outcome,
    vars: state.vars,
    state: state.state,
    effects,
    failures:
      shell.failures.length > 0
        ? shell.failures
        : [...checkExpectation(scenario.expect, reached), ...missed(shell, scenario)],
    journal,
    tookMs,
    outside: shell.outside.came,
    longestTimerMs: shell.longestTimerMs,
    coverage: coverageByWorkflow(shell.runs),
  };
}

/** What \`parseScenarios\` has read stays as it is. Without it there is nobody here who compiles an expression. */
function asRead(given: Scenario | WrittenScenario): {
  readonly scenario: Scenario;
  readonly failures: readonly ScenarioFailure[];
} {
  const failures: ScenarioFailure[] = [];
  const scenario = readScenario(given as WrittenScenario, {}, "", {
    compile: () => ({ issues: [uncompiled] }),
    refuse: ({ message }, path) => void failures.push({ path, message }),
  });
  return { scenario, failures };
}

const uncompiled = {
  code: "EXPR_SYNTAX",
  message: "An expression of a mock is compiled by parseScenarios.",
  remedy: "Read the scenario with parseScenarios.",
};

const nothing: ScenarioResult = {
  trace: [],
  outcome: undefined,
  vars: {},
  state: null,
  effects: [],
  failures: [],
  journal: [],
  tookMs: 0,
  outside: [],
  longestTimerMs: 0,
  coverage: {},
};

/** The payload, as accepting a start would: checked against the workflow's schema. */
function startOf(
  program: Program,
  scenario: Scenario,
): { readonly payload?: Json; readonly failure?: ScenarioFailure } {
  let payload = scenario.payload ?? null;
  let path = "/payload";
  if (scenario.event !== undefined) {
    path = "/event";
    const result = payloadByTrigger(program, scenario.event, scenario.now);
    if ("problem" in result) return { failure: { path, message: result.problem } };
    payload = result.payload;
  }
  const [problem] = program.payloadSchema === undefined ? [] : validate(program.payloadSchema, payload);
  if (problem === undefined) return { payload };
  const message = `The payload does not fit the workflow's schema: ${problem.pointer === "" ? "it" : problem.pointer} ${problem.message}.`;
  return { failure: { path: path + (path === "/payload" ? problem.pointer : ""), message, seen: payload } };
}

/** Things that the scenario has in store and that never came to happen. */
function missed({ clock, outside }: VirtualShell, { answers }: Scenario): ScenarioFailure[] {
  const never = clock.missed.map(({ moment: { waits, iteration = [] }, path }) => ({
    path,
    message: `This never happened: no step ${waits}${iteration.length === 0 ? "" : `[${iteration.join(".")}]`} began.`,
  }));
  const late = answers.flatMap(({ refused }, i) => {
    const path = `/answers/${i}`;
    if (outside.answered.has(i) || refused !== undefined || never.some((one) => one.path === path)) return [];
    return [{ path, message: "The answer comes when the run has ended." }];
  });
  return [...never, ...late];
}

/** What a run that can go on no more waits for. */
function waitsFor(state: RunState): string {
  const waits = state.open.flatMap(({ command }) => {
    switch (command.kind) {
      case "openWait":
        return [`the event ${command.event} with the key ${command.key} (step ${command.place.stepId})`];
      case "openTask":
        return [`the answer to "${command.task.title}" (step ${command.place.stepId})`];
      default:
        return [];
    }
  });
  return waits.length === 0 ? "nothing" : waits.join(", and ");
}

function notTaken({ inbox }: VirtualShell): string {
  return inbox
    .left()
    .map(({ name, correlationKey }) => `${name} with the key ${correlationKey}`)
    .join(", ");
}

function coverageByWorkflow(runs: readonly VirtualRun[]): { readonly [workflow: string]: Coverage } {
  const coverage: { [workflow: string]: Coverage } = {};
  for (const { program } of runs) {
    if (Object.hasOwn(coverage, program.workflow)) continue;
    const journals = runs.filter((run) => run.program.workflow === program.workflow).map(({ journal }) => journal);
    coverage[program.workflow] = coverageOf(program, journals);
  }
  return coverage;
}
