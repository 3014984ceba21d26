import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { builtInCatalogue } from "../packages/actions/src/built-in/built-in-catalogue.ts";
import { testedWorkflow, withWorkflows } from "../packages/cli/src/commands/test/tested-workflow.ts";
import type { TestedWorkflow } from "../packages/cli/src/commands/test/tested-workflow.ts";
import { checkDefinition, parseScenarios } from "../packages/core/src/compile/index.ts";
import { resume, runScenario, start } from "../packages/core/src/index.ts";
import type {
  Command,
  Expectation,
  JournalEntry,
  Program,
  RunEvent,
  Scenario,
  ScenarioResult,
  Transition,
} from "../packages/core/src/index.ts";

const folder = join(import.meta.dirname, "..", "examples");
const actions = builtInCatalogue();

interface Example extends TestedWorkflow {
  readonly name: string;
  /** The definition. */
  readonly text: string;
  readonly scenarios: readonly Scenario[];
}

const testEnding = ".test.yaml";
const testFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(testEnding),
);
const examples = await Promise.all(testFiles.sort().map((path) => readExample(join(folder, path))));

async function readExample(testFile: string): Promise<Example> {
  const file = parseScenarios(readFileSync(testFile, "utf8"));
  if ("issues" in file) throw new Error(`${testFile}: ${JSON.stringify(file.issues)}`);
  const tested = await testedWorkflow(testFile, file);
  if ("issues" in tested) throw new Error(`${tested.file}: ${JSON.stringify(tested.issues)}`);
  const text = readFileSync(testFile.replace(testEnding, ".flow.yaml"), "utf8");
  return { ...tested, name: basename(testFile, testEnding), text, scenarios: file.scenarios };
}

function example(name: string): Example {
  const found = examples.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no example ${name}.`);
  return found;
}

function scenarioOf({ name, scenarios }: Example, title: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name.includes(title));
  if (found === undefined) throw new Error(`${name} has no scenario "${title}".`);
  return found;
}

function run(
  { program, beside, world }: Example,
  scenario: Scenario,
  expected: Expectation = scenario.expect,
): ScenarioResult {
  return runScenario(program, withWorkflows({ ...scenario, expect: expected }, beside), world);
}

test.each(examples)("$name compiles without a word, bounded in every step", ({ text, beside }) => {
  const workflows = Object.keys(beside).map((key) => ({ key, version: 1 }));
  const { issues, bounds } = checkDefinition(text, { actions, workflows, calendars: ["default"] });
  expect(issues).toEqual([]);
  expect(bounds?.unbounded).toEqual([]);
});

test.each(examples)("$name passes its scenarios", (one) => {
  const failed = one.scenarios.flatMap((scenario) => {
    const { failures } = run(one, scenario);
    return failures.length === 0 ? [] : [{ scenario: scenario.name, failures }];
  });
  expect(failed).toEqual([]);
});

test("every acceptance case has its scenarios, in whose names its number stands", () => {
  const names = examples.flatMap(({ scenarios }) => scenarios.map(({ name }) => name));
  const cases = new Set(names.map((name) => /^\[(ACC-\d\d)\] /.exec(name)?.[1]));
  for (const number of ["01", "02", "03", "04", "05", "06", "07", "08"]) expect(cases).toContain(`ACC-${number}`);
});

// The one without has 2,500 calls; what it is about is checked below.
const withoutEffects = ["2,500 orders"];

test.each(examples)("changing any one expected effect of $name makes its scenario fail", (one) => {
  const survivors: string[] = [];
  for (const scenario of one.scenarios) {
    const { effects } = scenario.expect;
    if (effects === undefined) {
      if (!withoutEffects.some((title) => scenario.name.includes(title)))
        survivors.push(`${scenario.name}: no effects`);
      continue;
    }
    const fails = (changed: Expectation["effects"]): boolean =>
      run(one, scenario, { ...scenario.expect, effects: changed } as Expectation).failures.some(
        ({ path }) => path === "/expect/effects",
      );
    if (fails(effects)) survivors.push(`${scenario.name}: unchanged`);
    if (!fails([...effects, { stepId: effects[0]?.stepId ?? anyCall(one.program) }]))
      survivors.push(`${scenario.name}: one call more`);
    effects.forEach((effect, i) => {
      const others = { before: effects.slice(0, i), after: effects.slice(i + 1) };
      if (!fails([...others.before, ...others.after])) survivors.push(`${scenario.name}: without call ${i}`);
      const input = { method: "GET", url: "https://elsewhere.example.com" };
      if (!fails([...others.before, { ...effect, input }, ...others.after]))
        survivors.push(`${scenario.name}: call ${i} with another input`);
    });
  }
  expect(survivors).toEqual([]);
});

function anyCall(program: Program): string {
  return /"id":"([^"]+)","path":"[^"]+","type":"action.call"/.exec(JSON.stringify(program))?.[1] ?? "";
}

test("[ACC-01] each call's key is the transfer's id and the step's name", () => {
  const { text } = example("money-transfer");
  const steps = text.split(/^ *- id: /m).filter((step) => step.includes("type: action.call"));
  expect(steps.map((step) => step.slice(0, step.indexOf("\n")))).toEqual([
    "validate",
    "withdraw",
    "refund",
    "deposit",
    "notify-refunded",
    "notify",
  ]);
  for (const step of steps) {
    const id = step.slice(0, step.indexOf("\n"));
    expect(step).toContain(`idempotencyKey: { $expr: 'payload.transferId & "-${id}"' }`);
  }
});

test("[ACC-03] without a correlation key the workflow cannot be published", () => {
  const { text } = example("issue-lifecycle");
  const without = text.replace("            correlationKey: { $expr: payload.issueId }\n", "");
  const { program, issues } = checkDefinition(without, { actions });
  expect(program).toBeUndefined();
  expect(issues).toMatchObject([{ code: "CORRELATION_KEY_MISSING", severity: "error", stepId: "reply" }]);
});

test("[ACC-03] two runs side by side never take each other's replies", () => {
  const issue = (number: string): object => ({
    id: `issue-${number}`,
    steps: [
      {
        id: `run-${number}`,
        type: "control.callWorkflow",
        workflow: "issue-lifecycle",
        input: { baseUrl: "https://tracker.example.com", issueId: number, title: `Issue ${number}` },
        output: { [`vars.of${number}`]: { $expr: "childRun.output" } },
      },
    ],
  });
  const both = {
    workflow: "two-issues",
    steps: [{ id: "both", type: "control.parallel", branches: [issue("17"), issue("18")] }],
  };
  const one = example("issue-lifecycle");
  const { program, issues } = checkDefinition(both, { actions, workflows: [{ key: "issue-lifecycle", version: 1 }] });
  expect(issues).toEqual([]);
  const reply = (key: number, at: string): object => ({
    name: "issue.replied",
    key,
    payload: { text: `To ${key}` },
    at,
  });
  const review = (key: number, verdict: string, at: string): object => {
    return { name: "issue.reviewed", key, payload: { verdict, text: `Of ${key}` }, at };
  };
  const parsed = parseScenarios({
    scenarios: [
      {
        name: "both",
        payload: null,
        mocks: {
          triage: { output: { body: { questions: ["Which version?"] } } },
          "triage-again": { output: { body: { questions: [] } } },
          "http.request@1": { output: { status: 204 } },
        },
        // Each time the other issue's word comes first.
        events: [
          reply(18, "1h"),
          reply(17, "2h"),
          review(18, "rework", "3h"),
          review(17, "accepted", "4h"),
          review(18, "accepted", "5h"),
        ],
      },
    ],
  });
  if ("issues" in parsed) throw new Error(JSON.stringify(parsed.issues));
  const workflows = { "issue-lifecycle": { program: one.program } };
  const result = runScenario(program as Program, { ...(parsed.scenarios[0] as Scenario), workflows }, { actions });
  expect(result.failures).toEqual([]);
  expect(result.vars).toEqual({
    of17: { issueId: "17", closed: "done", rounds: 1 },
    of18: { issueId: "18", closed: "done", rounds: 2 },
  });
  const told = result.effects.filter(({ stepId }) => stepId === "triage-again" || stepId === "work");
  const texts = told.map(({ input }) => {
    const { url, body } = input as { url: string; body: { text: string } };
    return `${url.split("/")[4] as string}: ${body.text.trim().replaceAll("\n", ", ")}`;
  });
  expect(texts).toEqual(["18: To 18", "18: To 18", "17: To 17", "17: To 17", "18: To 18, Of 18"]);
});

test("[ACC-06] 2,500 orders: every one is cooked once, in order, and never more than the window at a time", () => {
  const kitchen = example("kitchen-sink");
  const { effects, outcome, failures } = run(kitchen, scenarioOf(kitchen, "2,500 orders"));
  expect(failures).toEqual([]);
  const cooked = effects.filter(({ stepId }) => stepId === "cook");
  expect(cooked.map(({ iteration }) => iteration[0])).toEqual(Array.from({ length: 2_500 }, (_, i) => i));
  const inFlight = cooked.map(
    ({ atMs }) => cooked.filter((other) => other.atMs <= atMs && atMs < other.atMs + 1_000).length,
  );
  expect(Math.max(...inFlight)).toBe(50);
  expect(outcome).toMatchObject({ output: { dishes: Array.from({ length: 2_500 }, (_, i) => i + 1) } });
});

test("[ACC-07] an answer that does not fit is refused with the field named", () => {
  const pause = example("pause-and-approve");
  const scenario = scenarioOf(pause, "Answers that do not fit");
  // The scenario expects the refusals; each alone, and not expected, fails and says why.
  const said = scenario.answers
    .filter(({ refused }) => refused)
    .map(({ step, answer }) => run(pause, { ...scenario, answers: [{ step, answer }] }).failures[0]?.message);
  const fields = said.map((message) => /^The answer was refused: (\/\w+) /.exec(message ?? "")?.[1]);
  expect(fields).toEqual(["/approved", "/ring", "/users", "/users", "/from", "/users", "/force"]);
});

test("[ACC-07] of an answer and the timeout at one instant the loser is recorded and changes nothing", () => {
  const { program } = example("pause-and-approve");
  const payload = { baseUrl: "https://release.example.com", release: "4.2" };
  const { workflow, definitionHash } = program;
  const startedAt = "2030-01-07T09:00:00.000Z";
  const identity = { runId: "pause", workflow, version: 1, definitionHash, tenantId: "tenant", startedAt };
  const started = start(program, payload, { ...identity, now: startedAt, turn: 1 });
  const build = commandOf(started, "callAction");
  const output = { status: 200, headers: {}, body: { id: "b-1" } };
  const opening = { kind: "actionSucceeded", id: build.id, output, attempt: 1 } as const;
  const paused = resume(program, started.state, { ...opening, now: startedAt, turn: 2 });
  const { task } = commandOf(paused, "openTask");
  const timer = commandOf(paused, "startTimer");

  const answer = { approved: true, ring: "half", users: 500 };
  const at = { now: "2030-01-07T10:00:00.000Z", turn: 3 };
  const answered = {
    kind: "taskAnswered",
    taskId: task.taskId,
    answer,
    by: "ada",
    override: false,
    submissionId: "s-1",
  };
  const events = { answer: { ...answered, ...at }, timeout: { kind: "timerFired", id: timer.id, ...at } } as const;
  const both = (first: keyof typeof events, second: keyof typeof events): JournalEntry[] => {
    const one = resume(program, paused.state, events[first] as RunEvent);
    const other = resume(program, one.state, events[second] as RunEvent);
    expect(other.commands).toEqual([]);
    return [...one.journal, ...other.journal];
  };
  const stepIds = (journal: readonly JournalEntry[]): string[] =>
    journal.flatMap((entry) => (entry.kind === "step" && entry.status === "RUNNING" ? [entry.stepId] : []));

  const answerFirst = both("answer", "timeout");
  expect(answerFirst).toContainEqual(
    expect.objectContaining({ kind: "late", data: { event: "timerFired", id: timer.id } }),
  );
  expect(stepIds(answerFirst)).toContain("deploy");
  expect(stepIds(answerFirst)).not.toContain("discard");

  const timeoutFirst = both("timeout", "answer");
  expect(timeoutFirst).toContainEqual(
    expect.objectContaining({ kind: "late", data: { event: "taskAnswered", id: "s-1" } }),
  );
  expect(stepIds(timeoutFirst)).toContain("discard");
  expect(stepIds(timeoutFirst)).not.toContain("deploy");
});

function commandOf<Kind extends Command["kind"]>(
  { commands }: Transition,
  kind: Kind,
): Extract<Command, { kind: Kind }> {
  const found = commands.find((command) => command.kind === kind);
  if (found === undefined) throw new Error(`There is no ${kind} among the commands.`);
  return found as Extract<Command, { kind: Kind }>;
}

test("[ACC-04] ninety days of reminders are a bounded history, and a journal that grows by the same for each", () => {
  const reminders = example("task-with-reminders");
  const { journal, effects, failures } = run(reminders, scenarioOf(reminders, "Ninety days"));
  expect(failures).toEqual([]);
  const sent = effects.filter(({ stepId }) => stepId === "remind").map(({ atMs }) => atMs / 86_400_000);
  expect(sent).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
  const turn = (number: number): number =>
    journal.filter((entry) => entry.kind !== "input" && "iteration" in entry && entry.iteration[0] === number).length;
  expect(turn(4)).toBeGreaterThan(3);
  expect(new Set(Array.from({ length: 86 }, (_, i) => turn(i + 4))).size).toBe(1);
  const { bounds } = checkDefinition(reminders.text, { actions });
  expect(bounds?.peakHistoryEvents).toBeLessThan(12_000);
});

test("[ACC-08] each wait for the customer ends two business days later, across a weekend and the holidays", () => {
  const ticket = example("ticket-to-resolution");
  const { journal, effects, failures, vars } = run(ticket, scenarioOf(ticket, "Chased twice"));
  expect(failures).toEqual([]);
  const due = journal.flatMap((entry) =>
    entry.kind === "wait" && entry.stepId === "confirmation" && entry.status === "RESOLVED" ? [entry.at] : [],
  );
  // From the Thursday before Easter, whose Friday and Monday are holidays; then over a weekend.
  expect(due).toEqual(["2030-04-24T08:00:00.000Z", "2030-04-26T08:00:00.000Z", "2030-04-30T08:00:00.000Z"]);
  expect(effects.filter(({ workflow }) => workflow === "notify-customer")).toHaveLength(3);
  expect(vars["resultsErrors"]).toEqual([]);
});

test("[ACC-08] the errors of two devices are collected beside the results of the others, in the order of the devices", () => {
  const ticket = example("ticket-to-resolution");
  const { failures, vars } = run(ticket, scenarioOf(ticket, "the errors of two are collected"));
  expect(failures).toEqual([]);
  const results = vars["results"] as unknown as readonly ({ readonly device: string } | null)[];
  const errors = vars["resultsErrors"] as unknown as readonly {
    readonly index: number;
    readonly error: { readonly stepId: string };
  }[];
  expect(results.map((result) => result === null)).toEqual(
    [0, 1, 2, 3].map((i) => errors.some(({ index }) => index === i)),
  );
  expect(errors.map(({ error }) => error.stepId)).toEqual(["run-script", "run-script"]);
});
