import { systemForm } from "../forms/system-forms.ts";
import { compileCalendar } from "../calendar/calendar.ts";
import type { JournalEntry, WaitFilter } from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { stepText } from "./check-lists.ts";
import { runScenario } from "./run-scenario.ts";
import { sampleOf } from "./sample.ts";
import type { Mock, Scenario, ScenarioResult, ScenarioWorld, ScheduledAnswer, ScheduledEvent } from "./scenario.ts";
import { stepsById } from "./trace.ts";

/** A scenario file with one scenario, that passes as it stands. */
export type Skeleton = JsonObject & { readonly scenarios: readonly [JsonObject] };

const roundsMax = 50;
/** These answer by themselves. */
const selfMocked: readonly string[] = ["time.now@1", "random.uuid@1", "log.write@1"];

/** Where nothing is known of a calendar: office hours. */
const sampleCalendar = { zone: "UTC", week: { "mon-fri": ["09:00-17:00"] } };

/**
 * A first scenario for a workflow: samples of its payload and of what actions give, an event for each wait, an answer to
 * each task, and what came of it as the expectation. Its author changes it into what should come of it.
 * @param given when it begins, and what called workflows are
 */
export function skeletonOf(
  program: Program,
  given: Pick<Scenario, "now"> & Partial<Pick<Scenario, "workflows">>,
  world: ScenarioWorld = {},
): Skeleton {
  const workflows = given.workflows ?? {};
  const named = namesIn([program, ...Object.values(workflows).map((one) => one.program ?? null)]);
  const each = <Of>(names: ReadonlySet<string>, value: Of): { [name: string]: Of } =>
    Object.fromEntries([...names].map((name) => [name, value]));
  const calendar = compileCalendar(sampleCalendar);
  const first = firstScenario(
    program,
    {
      now: given.now,
      workflows,
      forms: each(named.forms, {}),
      calendars: "problem" in calendar ? {} : each(named.calendars, calendar),
    },
    world,
  );
  return {
    ...(named.forms.size === 0 ? {} : { forms: each(named.forms, {}) }),
    ...(named.calendars.size === 0 ? {} : { calendars: each(named.calendars, sampleCalendar) }),
    scenarios: [first],
  };
}

/** Names of the forms and calendars that are a tenant's. */
function namesIn(programs: readonly (Program | null)[]): {
  forms: ReadonlySet<string>;
  calendars: ReadonlySet<string>;
} {
  const forms = new Set<string>();
  const calendars = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (isJsonObject(part)) {
      const { kind, calendar, type, form } = part;
      if (kind === "business" && typeof calendar === "string") calendars.add(calendar);
      const ref = type === "human.task" && isJsonObject(form) ? form["ref"] : undefined;
      if (typeof ref === "string" && systemForm(ref) === undefined) forms.add(ref);
      Object.values(part).forEach(visit);
    }
  };
  visit(programs);
  return { forms, calendars };
}

function firstScenario(
  program: Program,
  given: Pick<Scenario, "now" | "workflows"> & Required<Pick<Scenario, "forms" | "calendars">>,
  world: ScenarioWorld,
): JsonObject {
  const payload = program.payloadSchema === undefined ? {} : sampleOf(program.payloadSchema);
  const outputs = sampleOutputs(program, given.workflows, world);
  const draft: Scenario = {
    ...given,
    name: "as it stands",
    payload,
    mocks: Object.fromEntries(Object.entries(outputs).map(([id, output]) => [id, literalMock(output)])),
    events: [],
    answers: [],
    expect: {},
  };
  let scenario = draft;
  let result = runScenario(program, scenario, world);
  for (let round = 0; round < roundsMax; round += 1) {
    const events = eventsFor(result.journal, scenario.events);
    const answers = answersFor(result.journal, scenario, program);
    if (events.length + answers.length === 0) break;
    scenario = { ...scenario, events: [...scenario.events, ...events], answers: [...scenario.answers, ...answers] };
    result = runScenario(program, scenario, world);
  }
  return written(scenario, outputs, result);
}

/** By the name under which the mock stands: steps of called workflows have theirs before it. */
function sampleOutputs(
  program: Program,
  called: Scenario["workflows"],
  world: ScenarioWorld,
): { readonly [name: string]: Json } {
  const outputs: { [name: string]: Json } = {};
  const add = (one: Program, prefix: string): void => {
    for (const [id, step] of stepsById(one)) {
      if (step.type !== "action.call" || selfMocked.includes(step.action)) continue;
      const schema = world.actions?.find((action) => action.id === step.action)?.outputSchema;
      const sample = schema === undefined ? {} : sampleOf(schema);
      outputs[prefix + id] = step.action === "http.request@1" ? { body: {} } : sample;
    }
  };
  add(program, "");
  for (const { program: one } of Object.values(called)) if (one !== undefined) add(one, one.workflow + "/");
  return outputs;
}

function literalMock(value: Json): Mock {
  return { otherwise: { always: { afterMs: 0, output: { kind: "literal", value } } } };
}

type WaitEntry = Extract<JournalEntry, { kind: "wait" }>;

/** Waits of a type that nothing came for, with what is last known of each. */
function inVain(journal: readonly JournalEntry[], type: WaitEntry["waitType"]): WaitEntry[] {
  const waits = new Map<string, WaitEntry>();
  for (const entry of journal) if (entry.kind === "wait" && entry.waitType === type) waits.set(entry.waitId, entry);
  return [...waits.values()].filter(({ status, data }) => status === "WAITING" || data?.resolvedBy === "timeout");
}

/** Events for the waits that got none, the first of each step. */
function eventsFor(journal: readonly JournalEntry[], known: readonly ScheduledEvent[]): ScheduledEvent[] {
  const events: ScheduledEvent[] = [];
  for (const { stepId, iteration, data } of inVain(journal, "event")) {
    if ([...known, ...events].some(({ at }) => "waits" in at && at.waits === stepId)) continue;
    const { event: name, key, filters } = data ?? {};
    if (name === undefined || key === undefined) continue;
    const at = { waits: stepId, plusMs: 0, ...(iteration.length === 0 ? {} : { iteration }) };
    events.push({ name, key, payload: payloadFor(filters ?? []), at });
  }
  return events;
}

/** Answers to the tasks that got none, likewise. */
function answersFor(
  journal: readonly JournalEntry[],
  { answers: known, forms }: Pick<Scenario, "answers" | "forms">,
  program: Program,
): ScheduledAnswer[] {
  const answers: ScheduledAnswer[] = [];
  for (const { stepId } of inVain(journal, "human")) {
    const step = stepsById(program).get(stepId);
    if (step?.type !== "human.task" || [...known, ...answers].some((answer) => answer.step === stepId)) continue;
    const schema = "schema" in step.form ? step.form.schema : forms?.[step.form.ref];
    if (schema !== undefined) answers.push({ step: stepId, answer: sampleOf(schema), by: "ada" });
  }
  return answers;
}

/** A payload for which simple filters hold. */
function payloadFor(filters: readonly WaitFilter[]): JsonObject {
  const payload: JsonObject = {};
  for (const { path, op, value } of filters) {
    const wanted = valueFor(op, value);
    const keys = path.replace(/^(?:event\.)?payload\./, "").split(".");
    if (wanted === undefined || keys.some((key) => !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key))) continue;
    let at = payload;
    for (const key of keys.slice(0, -1)) {
      const inner = at[key];
      at = isJsonObject(inner) ? inner : (at[key] = {});
    }
    at[keys.at(-1) as string] = wanted;
  }
  return payload;
}

function valueFor(op: WaitFilter["op"], value: Json | undefined): Json | undefined {
  switch (op) {
    case "=":
    case ">=":
    case "<=":
    case "contains":
    case "starts_with":
    case "ends_with":
      return value;
    case "in":
      return Array.isArray(value) ? value[0] : undefined;
    case ">":
      return typeof value === "number" ? value + 1 : undefined;
    case "<":
      return typeof value === "number" ? value - 1 : undefined;
    case "exists":
      return true;
    case "!=":
    case "not_in":
    case "not_exists":
      return undefined;
  }
}

function written(scenario: Scenario, outputs: { readonly [stepId: string]: Json }, result: ScenarioResult): JsonObject {
  const { outcome, trace, effects, state } = result;
  const names = new Set(effects.map(({ workflow, stepId }) => (workflow === undefined ? "" : workflow + "/") + stepId));
  const called = Object.entries(outputs).filter(([name]) => names.has(name));
  const expected: JsonObject = {};
  if (outcome === undefined) expected["status"] = "waiting";
  else if (outcome.status === "succeeded") expected["output"] = outcome.output;
  else {
    const { category, code, stepId } = outcome.error;
    expected["error"] = { category, code, ...(stepId === undefined || stepId === "" ? {} : { stepId }) };
  }
  if (state !== null) expected["state"] = state;
  expected["trace"] = trace.map(({ attempt, ...step }) =>
    stepText(attempt === 1 || attempt === undefined ? step : { ...step, attempt }),
  );
  expected["effects"] = effects.map(({ workflow, action, stepId, iteration, input }) => ({
    ...(workflow === undefined ? {} : { workflow }),
    action,
    stepId,
    ...(iteration.length === 0 ? {} : { iteration: iteration as number[] }),
    input: quoted(input),
  }));
  return {
    name: scenario.name,
    payload: scenario.payload ?? null,
    ...(called.length === 0
      ? {}
      : { mocks: Object.fromEntries(called.map(([id, output]) => [id, { output: quoted(output) }])) }),
    ...(scenario.events.length === 0 ? {} : { events: scenario.events.map(writtenEvent) }),
    ...(scenario.answers.length === 0
      ? {}
      : { answers: scenario.answers.map(({ step, answer }) => ({ step, answer, by: "ada" })) }),
    expect: expected,
  };
}

function writtenEvent({ name, key, payload, at }: ScheduledEvent): JsonObject {
  const waits = "waits" in at ? `${at.waits}${at.iteration === undefined ? "" : `[${at.iteration.join(".")}]`}` : "";
  return { name, key, payload, at: { waits } };
}

/** A value with keys that a scenario file would read as a form of its own. */
function quoted(value: Json): Json {
  return JSON.stringify(value).includes('"$') ? { $literal: value } : value;
}
