import type { Instant } from "../interpreter/transition.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { plainValue } from "../triggers/plain-value.ts";
import type { Mock, MockAnswer, MockAnswers, MockFailure } from "./scenario.ts";

/** A try of a call, or of a called workflow, that wants an answer. */
export interface MockedTry {
  /** Names under which its mock may stand, the nearest first. */
  readonly names: readonly string[];
  readonly action: string;
  readonly stepId: string;
  readonly iteration: readonly number[];
  readonly attempt: number;
  readonly input: Json;
  readonly now: Instant;
}

/** What a try is answered. `problem`: the scenario has no answer for it, and why. */
export type GivenAnswer =
  | { readonly problem: string; readonly name?: string }
  | ({ readonly afterMs: number } & (
      | { readonly output: Json }
      | { readonly fail: MockFailure }
      | { readonly never: true }
    ));

/** The mocks of one run of a scenario; it remembers how often each was asked. */
export class MockBook {
  readonly #mocks: { readonly [name: string]: Mock };
  readonly #asked = new Map<MockAnswers, number>();
  #uuids = 0;

  constructor(mocks: { readonly [name: string]: Mock }) {
    this.#mocks = mocks;
  }

  answer(asked: MockedTry): GivenAnswer {
    for (const name of asked.names) {
      const mock = Object.hasOwn(this.#mocks, name) ? this.#mocks[name] : undefined;
      if (mock !== undefined) return this.answerOf(mock, name, asked);
    }
    return this.#builtIn(asked) ?? { problem: `Nothing says what ${asked.action} answers.` };
  }

  answerOf(mock: Mock, name: string, asked: MockedTry): GivenAnswer {
    const iteration = asked.iteration.join(".");
    const answers =
      mock.iterations !== undefined && Object.hasOwn(mock.iterations, iteration)
        ? mock.iterations[iteration]
        : mock.otherwise;
    if (answers === undefined) return { problem: `The mock has no answer in iteration ${iteration}.`, name };
    if ("always" in answers) return given(answers.always, name, asked);
    const count = this.#asked.get(answers) ?? 0;
    this.#asked.set(answers, count + 1);
    const next = answers.inTurn[count];
    if (next !== undefined) return given(next, name, asked);
    return {
      problem: `The mock has answers for ${answers.inTurn.length} ${answers.inTurn.length === 1 ? "try" : "tries"}, and this is try ${count + 1}.`,
      name,
    };
  }

  /** Actions without effect outside answer by themselves, and always the same. */
  #builtIn({ action, now }: MockedTry): GivenAnswer | undefined {
    switch (action) {
      case "time.now@1":
        return { afterMs: 0, output: { now } };
      case "log.write@1":
        return { afterMs: 0, output: {} };
      case "random.uuid@1":
        this.#uuids += 1;
        return { afterMs: 0, output: { uuid: "00000000-0000-4000-8000-" + ("" + this.#uuids).padStart(12, "0") } };
      default:
        return undefined;
    }
  }
}

function given(answer: MockAnswer, name: string, asked: MockedTry): GivenAnswer {
  if (!("output" in answer)) return answer;
  const { action, stepId, iteration, attempt, input, now } = asked;
  const scope: JsonObject = { action, stepId, iteration: iteration as Json, attempt, input };
  const result = plainValue(answer.output, scope, now);
  if (result.error !== undefined)
    return { problem: `The mock's output cannot be computed: ${result.error.message}`, name };
  return { afterMs: answer.afterMs, output: complete(action, result.value ?? null) };
}

/** An HTTP answer is 200 without headers unless it says otherwise. */
function complete(action: string, output: Json): Json {
  return action === "http.request@1" && isJsonObject(output)
    ? { status: 200, headers: {}, body: null, ...output }
    : output;
}
