import type { ActionEffect } from "@mainspring/core";
import type { z } from "zod";
import type { ActionContext } from "./context.ts";

/** `local` calls run in segments of up to fifty, without history events of their own. */
export type ActionExecution = "remote" | "local";

/** An action as its author writes it. */
export interface ActionDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  /** `<pack>.<name>@<major>`, e.g. `http.request@1`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /**
   * What a repetition of the call does: `none` changes nothing outside; `idempotent` may be repeated under the same
   * key; `once` must not be repeated, so that a call whose worker died ends as OUTCOME_UNKNOWN.
   */
  readonly effect: ActionEffect;
  /** Default `remote`. */
  readonly execution?: ActionExecution;
  /** The deadline of one try, where the step sets none. */
  readonly timeoutMs: number;
  /** Whether many calls may travel together; only for `none` and `idempotent`. */
  readonly batch?: boolean;
  readonly input: Input;
  readonly output: Output;
  /** Names of the tenant's secrets that the handler may read. */
  readonly secrets?: readonly string[];
  /** False: its input may hold none of the tenant's secrets, since what it is given is kept. */
  readonly takesSecrets?: false;
  /** Hosts that the handler may call; left out: any that the tenant may reach. */
  readonly hosts?: readonly string[];
  run(context: ActionContext<z.output<Input>>): z.input<Output> | Promise<z.input<Output>>;
}

/** An action with its defaults filled in, as the registry holds it. */
export interface Action<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly effect: ActionEffect;
  readonly execution: ActionExecution;
  readonly timeoutMs: number;
  readonly batch: boolean;
  readonly input: Input;
  readonly output: Output;
  readonly secrets: readonly string[];
  readonly takesSecrets?: false;
  readonly hosts?: readonly string[];
  run(context: ActionContext<z.output<Input>>): z.input<Output> | Promise<z.input<Output>>;
}

/** The longest deadline of one try that anyone may ask for. */
export const actionTimeoutMaxMs = 24 * 60 * 60 * 1000;

/** The longest deadline of a local action: a segment holds back what comes in meanwhile. */
export const localTimeoutMaxMs = 5_000;

const namePattern = /^[a-z][a-z0-9-]{0,62}\.[a-z][a-z0-9-]{0,62}@[1-9][0-9]{0,3}$/;

/**
 * Defines an action.
 * @throws TypeError that names the action and the rule it breaks, when the definition itself is wrong
 */
export function defineAction<Input extends z.ZodType, Output extends z.ZodType>(
  definition: ActionDefinition<Input, Output>,
): Action<Input, Output> {
  const problem = definitionProblem(definition);
  if (problem !== undefined) throw new TypeError(`action ${definition.name}: ${problem}`);
  const { name, execution = "remote", batch = false, secrets = [], ...rest } = definition;
  return { ...rest, id: name, execution, batch, secrets };
}

function definitionProblem(definition: ActionDefinition<z.ZodType, z.ZodType>): string | undefined {
  const { name, timeoutMs, effect, execution = "remote", batch = false } = definition;
  if (!namePattern.test(name)) return "the name has the form <pack>.<name>@<major>, lower case";
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > actionTimeoutMaxMs) {
    return `timeoutMs is a whole number from 1 to ${actionTimeoutMaxMs}`;
  }
  if (execution === "local" && effect !== "none") return "only an action without effect may be local";
  if (execution === "local" && timeoutMs > localTimeoutMaxMs)
    return `a local action's timeoutMs is at most ${localTimeoutMaxMs}`;
  if (batch && effect === "once") return "an action that must not be repeated cannot be batched";
  return undefined;
}
