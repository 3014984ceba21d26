import type {
  ExpectationDefinition,
  ExpectedEffectDefinition,
  ExpectedStepDefinition,
  FailureDefinition,
  IterationsDefinition,
  MockAnswerDefinition,
  MockAnswersDefinition,
  MockDefinition,
  MomentDefinition,
  ScenarioDefaultsDefinition,
  ScenarioDefinition,
  ScheduledAnswerDefinition,
  StartingEventDefinition,
} from "../definition/scenario.ts";
import type { ValueDefinition } from "../definition/value.ts";
import type { CompiledExpression } from "../expression/evaluate.ts";
import type { ErrorCategory, StepStatus } from "../interpreter/transition.ts";
import type { Program, Value } from "../program/program.ts";
import type {
  CalledWorkflow,
  Expectation,
  ExpectedEffect,
  ExpectedStep,
  Mock,
  MockAnswer,
  MockAnswers,
  MockFailure,
  Moment,
  Scenario,
  ScheduledAnswer,
  StartingEvent,
} from "./scenario.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";
import { valueForm } from "../values/value-form.ts";
import { without } from "../values/without.ts";
import { durationMs, failurePattern, placePattern, tracedPattern } from "./notation.ts";

/** When a scenario begins that does not say so: a Monday morning. */
export const defaultNow = "2030-01-07T09:00:00.000Z";
/** The code of a mock's failure that names only its category. */
export const mockFailureCode = "MOCK_FAILED";

/** A scenario as an author writes it, where a called workflow may also be its program. */
export type WrittenScenario = Omit<ScenarioDefinition, "workflows" | "name"> & {
  readonly name?: string;
  readonly workflows?: { readonly [key: string]: MockDefinition | Program | CalledWorkflow };
  readonly forms?: Scenario["forms"];
  readonly calendars?: Scenario["calendars"];
  readonly line?: number;
};

/** What reading a scenario needs: somebody who compiles expressions, and somebody who is told of what is refused. */
export interface ScenarioReading {
  compile(source: string): { readonly expression: CompiledExpression } | { readonly issues: readonly Refused[] };
  refuse(refused: Refused, pointer: string): void;
}

export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** A scenario of the right shape, as it is run. What is read already stays as it is. */
export function readScenario(
  given: WrittenScenario,
  defaults: ScenarioDefaultsDefinition,
  pointer: string,
  reading: ScenarioReading,
): Scenario {
  const c = new ScenarioReader(reading);
  const now = given.now ?? defaults.now;
  const payload = given.payload === undefined && given.event === undefined ? defaults.payload : given.payload;
  return without({
    name: given.name ?? "",
    line: given.line,
    forms: given.forms,
    calendars: given.calendars,
    payload,
    event: given.event === undefined ? undefined : startingEvent(given.event),
    now: now === undefined ? defaultNow : instantFromMs(instantMs(now)),
    mocks: {
      ...c.mocks(without(defaultsLeft(defaults.mocks, given.mocks)), "/defaults/mocks"),
      ...c.mocks(given.mocks, pointer + "/mocks"),
    },
    workflows: {
      ...c.workflows(defaultsLeft(defaults.workflows, given.workflows), "/defaults/workflows"),
      ...c.workflows(given.workflows, pointer + "/workflows"),
    },
    events: (given.events ?? []).map(
      ({ correlationKey, key = correlationKey, at = 0, payload: sent = null, ...event }) => ({
        ...event,
        key: keyText(key) ?? "",
        payload: sent,
        at: momentOf(at),
      }),
    ),
    answers: (given.answers ?? []).map(
      ({ step, iteration, at, ...answer }: ScheduledAnswerDefinition & Pick<ScheduledAnswer, "iteration">) =>
        without({
          ...answer,
          ...placeOfAnswer(step, iteration),
          at: at === undefined ? undefined : momentOf(at),
        }),
    ),
    cancelAt: given.cancelAt === undefined ? undefined : momentOf(given.cancelAt),
    virtualOnly: given.virtualOnly,
    expect: expectationOf(given.expect ?? {}),
  });
}

function startingEvent({
  correlationKey,
  key = correlationKey,
  payload = null,
  ...event
}: StartingEventDefinition): StartingEvent {
  return without({ ...event, payload, key: keyText(key) });
}

/** Defaults that the scenario itself says nothing of: the others are not compiled for it. */
function defaultsLeft<Of>(
  defaults: { readonly [name: string]: Of } | undefined,
  own: { readonly [name: string]: Of } | undefined,
): { readonly [name: string]: Of } {
  return Object.fromEntries(
    Object.entries(defaults ?? {}).filter(([name]) => own === undefined || !Object.hasOwn(own, name)),
  );
}

class ScenarioReader {
  readonly #reading: ScenarioReading;

  constructor(reading: ScenarioReading) {
    this.#reading = reading;
  }

  workflows(given: WrittenScenario["workflows"], pointer: string): { readonly [key: string]: CalledWorkflow } {
    return Object.fromEntries(
      Object.entries(given ?? {}).map(([key, one]): [string, CalledWorkflow] => {
        if ("programHash" in one) return [key, { program: one }];
        if ("program" in one || "mock" in one) return [key, one];
        return [key, { mock: this.#mock(one, pointer + pointerToken(key)) }];
      }),
    );
  }

  mocks(
    given: { readonly [name: string]: MockDefinition } | undefined,
    pointer: string,
  ): { readonly [name: string]: Mock } {
    const mocks: { [name: string]: Mock } = {};
    for (const [name, mock] of Object.entries(given ?? {}))
      mocks[name] = this.#mock(mock, pointer + pointerToken(name));
    return mocks;
  }

  #mock(given: MockDefinition | Mock, pointer: string): Mock {
    if (isRead(given)) return given;
    if (!hasIterations(given)) return { otherwise: this.#answers(given, pointer) };
    const iterations = Object.entries(given.iterations).map(
      ([iteration, answers]) => [iteration, this.#answers(answers, `${pointer}/iterations/${iteration}`)] as const,
    );
    return without({
      iterations: Object.fromEntries(iterations),
      otherwise: given.otherwise === undefined ? undefined : this.#answers(given.otherwise, pointer + "/otherwise"),
    });
  }

  #answers(given: MockAnswersDefinition, pointer: string): MockAnswers {
    if (!isList(given)) return { always: this.#answer(given, pointer) };
    return { inTurn: given.map((answer, i) => this.#answer(answer, `${pointer}/${i}`)) };
  }

  #answer(given: MockAnswerDefinition, pointer: string): MockAnswer {
    const afterMs = Math.max(0, durationMs(given.after ?? 0));
    if (given.never === true) return { afterMs, never: true };
    if (given.fail !== undefined) return { afterMs, fail: failureOf(given.fail) };
    return { afterMs, output: this.#value(given.output ?? null, pointer + "/output") };
  }

  #value(given: ValueDefinition, pointer: string): Value {
    switch (valueForm(given)) {
      case "literal":
        return { kind: "literal", value: isJsonObject(given) ? (given["$literal"] as Json) : given };
      case "expr": {
        const compiled = this.#reading.compile((given as { $expr: string }).$expr);
        if ("expression" in compiled) return { kind: "expr", expression: compiled.expression };
        for (const issue of compiled.issues) this.#reading.refuse(issue, pointer + "/$expr");
        return nothing;
      }
      case "secret":
        this.#reading.refuse(
          { code: "SECRET_MISPLACED", message: "A mock has no secrets.", remedy: "Write the value itself." },
          pointer,
        );
        return nothing;
      case "array": {
        const items = (given as Json[]).map((item, i) => this.#value(item, `${pointer}/${i}`));
        return { kind: "array", items };
      }
      case "object": {
        const entries = Object.entries(given as { [key: string]: Json });
        return {
          kind: "object",
          entries: entries.map(([key, member]) => [key, this.#value(member, pointer + pointerToken(key))] as const),
        };
      }
    }
  }
}

const nothing: Value = { kind: "literal", value: null };

/** Its answers are read already. */
function isRead(given: MockDefinition | Mock): given is Mock {
  if (Array.isArray(given)) return false;
  const { otherwise, iterations } = given as Mock;
  return [otherwise, ...Object.values(iterations ?? {})].some(
    (answers) => typeof answers === "object" && answers !== null && ("always" in answers || "inTurn" in answers),
  );
}

function hasIterations(given: MockDefinition): given is IterationsDefinition {
  return !Array.isArray(given) && "iterations" in given;
}

function isList(given: MockAnswersDefinition): given is readonly MockAnswerDefinition[] {
  return Array.isArray(given);
}

function failureOf(given: string | FailureDefinition): MockFailure {
  if (typeof given === "string") {
    const [, category, code = mockFailureCode] = failurePattern.exec(given) ?? [];
    return { category: category as ErrorCategory, code };
  }
  const { category, code = mockFailureCode, message, details, retryAfter } = given;
  const retryAfterMs = retryAfter === undefined ? undefined : durationMs(retryAfter);
  return without({ category, code, message, details, retryAfterMs });
}

function momentOf(given: MomentDefinition | Moment): Moment {
  if (typeof given !== "object") return { ms: durationMs(given) };
  if ("ms" in given || "plusMs" in given) return given;
  const { stepId, iteration } = placeOf(given.waits);
  return without({ waits: stepId, iteration, plusMs: durationMs(given.plus ?? 0) });
}

function placeOf(text: string): { readonly stepId: string; readonly iteration?: readonly number[] } {
  const [, stepId = text, iteration] = placePattern.exec(text) ?? [];
  return without({ stepId, iteration: iterationOf(iteration) });
}

function placeOfAnswer(text: string, read: readonly number[] | undefined): Pick<ScheduledAnswer, "step" | "iteration"> {
  const { stepId: step, iteration = read } = placeOf(text);
  return without({ step, iteration });
}

/** `1.0` as `[1, 0]`. */
function iterationOf(text: string | undefined): readonly number[] | undefined {
  return text?.split(".").map(Number);
}

/** A key is text: a number as its shortest decimal. */
function keyText(key: string | number | undefined): string | undefined {
  return key === undefined ? undefined : String(key);
}

function expectationOf({ took, ...given }: ExpectationDefinition & Pick<Expectation, "tookMs">): Expectation {
  return without({
    ...given,
    tookMs: took === undefined ? given.tookMs : durationMs(took),
    trace: given.trace?.map(stepOf),
    effects: given.effects?.map(effectOf),
  });
}

function stepOf(given: string | ExpectedStepDefinition): ExpectedStep {
  if (typeof given !== "string") return given;
  const [, stepId = given, iteration, status, attempt] = tracedPattern.exec(given) ?? [];
  return without({
    stepId,
    iteration: iterationOf(iteration),
    status: status as StepStatus | undefined,
    attempt: attempt === undefined ? undefined : Number(attempt),
  });
}

function effectOf(given: string | ExpectedEffectDefinition): ExpectedEffect {
  return typeof given === "string" ? placeOf(given) : given;
}
