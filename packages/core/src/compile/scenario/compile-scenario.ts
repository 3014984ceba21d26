import { durationMs, failurePattern, placePattern, tracedPattern } from "../../definition/scenario.ts";
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
} from "../../definition/scenario.ts";
import type { ValueDefinition } from "../../definition/value.ts";
import { valueForm } from "../../definition/value.ts";
import type { ErrorCategory, StepStatus } from "../../interpreter/transition.ts";
import type { Value } from "../../program/program.ts";
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
} from "../../scenario/scenario.ts";
import { instantFromMs, instantMs } from "../../time/instant.ts";
import { isJsonObject } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { pointerToken } from "../../values/pointer.ts";
import { without } from "../compile-context.ts";
import { compileExpression } from "../expression/compile-expression.ts";

/** When a scenario begins that does not say so: a Monday morning. */
export const defaultNow = "2030-01-07T09:00:00.000Z";
/** The code of a mock's failure that names only its category. */
export const mockFailureCode = "MOCK_FAILED";

/** Told of an expression that is refused. */
export type Refuse = (code: string, pointer: string, message: string, remedy: string) => void;

/** A scenario of the right shape, as it is run. */
export function compileScenario(
  given: ScenarioDefinition,
  defaults: ScenarioDefaultsDefinition,
  pointer: string,
  refuse: Refuse,
): Scenario {
  const c = new ScenarioCompiler(refuse);
  const now = given.now ?? defaults.now;
  const payload = given.payload === undefined && given.event === undefined ? defaults.payload : given.payload;
  return without({
    name: given.name,
    payload,
    event:
      given.event === undefined
        ? undefined
        : without({ ...given.event, payload: given.event.payload ?? null, key: keyText(given.event.key) }),
    now: now === undefined ? defaultNow : instantFromMs(instantMs(now)),
    mocks: {
      ...c.mocks(without(defaultsLeft(defaults.mocks, given.mocks)), "/defaults/mocks"),
      ...c.mocks(given.mocks, pointer + "/mocks"),
    },
    workflows: {
      ...called(c.mocks(defaultsLeft(defaults.workflows, given.workflows), "/defaults/workflows")),
      ...called(c.mocks(given.workflows, pointer + "/workflows")),
    },
    events: (given.events ?? []).map((event) =>
      without({ ...event, key: keyText(event.key) ?? "", payload: event.payload ?? null, at: momentOf(event.at ?? 0) }),
    ),
    answers: (given.answers ?? []).map(({ step, at, ...answer }) =>
      without({
        ...answer,
        step: placeOf(step).stepId,
        iteration: placeOf(step).iteration,
        at: at === undefined ? undefined : momentOf(at),
      }),
    ),
    cancelAt: given.cancelAt === undefined ? undefined : momentOf(given.cancelAt),
    virtualOnly: given.virtualOnly,
    expect: expectationOf(given.expect ?? {}),
  });
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

function called(mocks: { readonly [key: string]: Mock }): { readonly [key: string]: CalledWorkflow } {
  return Object.fromEntries(Object.entries(mocks).map(([key, mock]) => [key, { mock }]));
}

class ScenarioCompiler {
  readonly #refuse: Refuse;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
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

  #mock(given: MockDefinition, pointer: string): Mock {
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
        const compiled = compileExpression((given as { $expr: string }).$expr);
        if ("expression" in compiled) return { kind: "expr", expression: compiled.expression };
        for (const { code, message, remedy } of compiled.issues)
          this.#refuse(code, pointer + "/$expr", message, remedy);
        return nothing;
      }
      case "secret":
        this.#refuse("SECRET_MISPLACED", pointer, "A mock has no secrets.", "Write the value itself.");
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

function momentOf(given: MomentDefinition): Moment {
  if (typeof given !== "object") return { ms: durationMs(given) };
  const { stepId, iteration } = placeOf(given.waits);
  return without({ waits: stepId, iteration, plusMs: durationMs(given.plus ?? 0) });
}

function placeOf(text: string): { readonly stepId: string; readonly iteration?: readonly number[] } {
  const [, stepId = text, iteration] = placePattern.exec(text) ?? [];
  return without({ stepId, iteration: iterationOf(iteration) });
}

/** `1.0` as `[1, 0]`. */
function iterationOf(text: string | undefined): readonly number[] | undefined {
  return text?.split(".").map(Number);
}

/** A key is text: a number as its shortest decimal. */
function keyText(key: string | number | undefined): string | undefined {
  return key === undefined ? undefined : String(key);
}

function expectationOf({ took, ...given }: ExpectationDefinition): Expectation {
  return without({
    ...given,
    tookMs: took === undefined ? undefined : durationMs(took),
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
