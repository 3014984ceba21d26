import { nextDelayMs } from "../interpreter/retry.ts";
import type { ActionError, CommandOf } from "../interpreter/transition.ts";
import { pointerToken } from "../values/pointer.ts";
import { inputError, outputProblem } from "./contracts.ts";
import { LargeOutputs } from "./large-outputs.ts";
import type { MockBook } from "./mocks.ts";
import type { ActionContract, Effect, ScenarioFailure } from "./scenario.ts";
import type { CallResult } from "./virtual-shell.ts";
import type { VirtualClock } from "./virtual-clock.ts";

type Call = CommandOf<"callAction">;

/** Where a call comes from, and where its result goes. */
export interface Caller {
  readonly workflow: string;
  /** Set for a run that was called by the one under test. */
  readonly called: boolean;
  /** False once the run has withdrawn the call. */
  readonly isOpen: () => boolean;
  readonly done: (result: CallResult) => void;
  /** The scenario has no answer. */
  readonly stuck: (failure: ScenarioFailure) => void;
}

/** Calls of actions as the wrapper around activities makes them: the deadline, the outcome, and the author's policy. */
export class VirtualCalls {
  readonly effects: Effect[] = [];
  readonly #clock: VirtualClock;
  readonly #mocks: MockBook;
  readonly #actions: readonly ActionContract[] | undefined;
  readonly #large = new LargeOutputs();

  constructor(clock: VirtualClock, mocks: MockBook, actions: readonly ActionContract[] | undefined) {
    this.#clock = clock;
    this.#mocks = mocks;
    this.#actions = actions;
  }

  call(command: Call, caller: Caller): void {
    this.#try(command, command.attemptsMade + 1, caller);
  }

  #try(command: Call, attempt: number, caller: Caller): void {
    const { action, timeoutMs, id, authoredKey } = command;
    const { stepId, iteration } = command.place;
    const input = this.#large.received(command.input);
    const failAfter = (delayMs: number, error: Omit<ActionError, "attempt">, retryAfterMs?: number): void =>
      this.#clock.after(delayMs, () => this.#failed(command, { ...error, attempt }, caller, retryAfterMs));

    const refused = inputError(this.#actions, { ...command, input });
    if (refused !== undefined) return failAfter(0, refused);
    const timedOut = (): void =>
      failAfter(Math.max(timeoutMs, 0), {
        category: "TimeoutError",
        code: "ACTION_TIMEOUT",
        message: `${action} did not end within ${timeoutMs} ms`,
        details: { timeoutMs },
      });
    // Zero and negative are already due: nothing is called, as nothing is by a worker.
    if (timeoutMs <= 0) return timedOut();
    const { workflow, called } = caller;
    const atMs = this.#clock.nowMs - this.#clock.startMs;
    const key = authoredKey === undefined ? {} : { key: authoredKey };
    this.effects.push({ action, stepId, iteration, input, attempt, ...key, atMs, ...(called ? { workflow } : {}) });

    const names = [`${workflow}/${stepId}`, stepId, action];
    const answer = this.#mocks.answer({ names, action, stepId, iteration, attempt, input, now: this.#clock.now });
    if ("problem" in answer) {
      const path = answer.name === undefined ? "/mocks" : "/mocks" + pointerToken(answer.name);
      return caller.stuck({ path, message: `${callText(command, attempt)} ${answer.problem}`, seen: input });
    }
    if ("never" in answer || answer.afterMs > timeoutMs) return timedOut();
    if ("fail" in answer) {
      const { retryAfterMs, ...error } = answer.fail;
      return failAfter(answer.afterMs, { message: `${error.code}, says the mock.`, ...error }, retryAfterMs);
    }
    const drift = outputProblem(this.#actions, action, answer.output);
    if (drift !== undefined) {
      return caller.stuck({ path: "/mocks", message: `${callText(command, attempt)} ${drift}`, seen: answer.output });
    }
    const output = this.#large.within(answer.output);
    this.#clock.after(answer.afterMs, () => caller.done({ kind: "actionSucceeded", id, output, attempt }));
  }

  #failed(command: Call, error: ActionError, caller: Caller, retryAfterMs: number | undefined): void {
    // Chance is 1: with jitter a virtual delay is the longest that it can be.
    const delayMs = nextDelayMs(command.retry, error, error.attempt, 1, retryAfterMs);
    if (delayMs === undefined || !caller.isOpen()) caller.done({ kind: "actionFailed", id: command.id, error });
    else
      this.#clock.after(delayMs, () => {
        if (caller.isOpen()) this.#try(command, error.attempt + 1, caller);
      });
  }
}

function callText({ action, place: { stepId, iteration } }: Call, attempt: number): string {
  const where = iteration.length === 0 ? stepId : `${stepId}[${iteration.join(".")}]`;
  return `${where} called ${action}${attempt === 1 ? "" : `, try ${attempt}`}.`;
}
