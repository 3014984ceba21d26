import {
  ActionFailure,
  createRegistry,
  standIn,
  type ActionContext,
  type FailureData,
  type Registry,
} from "@mainspring/actions";
import type { ActionFacts, Json } from "@mainspring/core";

/** A call of an action that somebody else answers. */
export interface StoodInCall extends Pick<
  ActionContext<Json>,
  "runId" | "stepId" | "iteration" | "attempt" | "input" | "signal"
> {
  readonly action: string;
}

export type StoodInAnswer = { readonly output: Json } | { readonly fail: FailureData };

/** Actions with the facts that the catalogue has of them, and all of whose calls `answer` answers. */
export function standInRegistry(
  actions: readonly ({ readonly id: string } & ActionFacts)[],
  answer: (call: StoodInCall) => Promise<StoodInAnswer>,
): Registry {
  return createRegistry(
    actions.map(({ id, ...facts }) =>
      standIn(id, facts, async (context) => {
        const { runId, stepId, iteration, attempt, input, signal } = context;
        const given = await answer({ action: id, runId, stepId, iteration, attempt, input: input as Json, signal });
        if ("fail" in given) throw new ActionFailure(given.fail);
        return given.output;
      }),
    ),
  );
}
