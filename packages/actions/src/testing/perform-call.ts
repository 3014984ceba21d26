import type { Action } from "../action.ts";
import { ActionFailure } from "../failure.ts";
import { performAction } from "../perform.ts";
import type { ActionRequest, ActionResult } from "../perform.ts";
import { createRegistry } from "../registry.ts";

/** Performs one call of `action` as the engine would, with values of no importance where the test names none. */
export function performCall(
  action: Action,
  input: unknown,
  request: Partial<ActionRequest> = {},
): Promise<ActionResult> {
  return performAction(createRegistry([action]), {
    actionId: action.id,
    input,
    key: "key-1",
    attempt: 1,
    runId: "0198f0a0-0000-7000-8000-000000000001",
    stepId: "call",
    tenant: {},
    signal: new AbortController().signal,
    log: () => undefined,
    ...request,
  });
}

/** The failure that `call` ends in; an error of the test when it ends otherwise. */
export async function failureOf(call: Promise<unknown>): Promise<ActionFailure> {
  const ended = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in ended && ended.error instanceof ActionFailure) return ended.error;
  throw new Error(`expected an ActionFailure, not ${JSON.stringify(ended)}`, { cause: ended });
}
