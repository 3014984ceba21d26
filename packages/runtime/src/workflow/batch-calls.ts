import type { CommandId, CommandOf } from "@mainspring/core";
import type { BatchedOutcome } from "../activities/contract.ts";
import { performWithin } from "./activity-calls.ts";
import { CallScope } from "./call-scope.ts";
import { failedCall } from "./failures.ts";
import type { Incoming, ShellPort } from "./port.ts";

/** So many calls travel in one activity at most. */
export const batchCallsMax = 50;

type Call = CommandOf<"callAction">;

interface Batch {
  readonly scope: CallScope;
  /** Calls that nobody has cancelled. */
  readonly wanted: Set<CommandId>;
}

/** Whether a call may travel with others. Its further tries, and those of a segment, go singly. */
export function isBatched({ facts, handedBack, attemptsMade }: Call): boolean {
  return facts.batch && facts.execution === "remote" && handedBack !== true && attemptsMade === 0;
}

/** Calls that may travel together, in groups of one action and time limit; a group of one is an ordinary call. */
export function batchesOf(calls: readonly Call[]): readonly (readonly Call[])[] {
  const groups = Map.groupBy(calls, ({ action, timeoutMs }) => `${action} ${timeoutMs}`);
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / batchCallsMax) }, (_, i) =>
      group.slice(i * batchCallsMax, (i + 1) * batchCallsMax),
    ),
  );
}

/** Activities that perform several calls of one action; each has its own claim, and its own outcome. */
export class BatchCalls {
  readonly #shell: ShellPort;
  readonly #open = new Map<CommandId, Batch>();
  #started = 0;

  constructor(shell: ShellPort) {
    this.#shell = shell;
  }

  get none(): boolean {
    return this.#open.size === 0;
  }

  has(id: CommandId): boolean {
    return this.#open.has(id);
  }

  /** @param calls of one action, with one time limit */
  start(calls: readonly Call[]): void {
    const shell = this.#shell;
    const timeoutMs = calls[0]?.timeoutMs ?? 0;
    const owner = `batch:${++this.#started}`;
    const entries = shell.journal.take(owner);
    const batch: Batch = { scope: new CallScope(), wanted: new Set(calls.map(({ id }) => id)) };
    for (const { id } of calls) this.#open.set(id, batch);
    shell.begin();
    const done = (events: readonly Incoming[]): void => {
      shell.end();
      for (const { id } of calls) if (this.#open.get(id) === batch) this.#open.delete(id);
      if (events.length === 0) shell.wake();
      else shell.arriveTogether(events);
    };
    void batch.scope
      .enter(() =>
        performWithin(timeoutMs, shell.bounds().heartbeatTimeoutMs).performBatch(
          shell.crossing({ ...shell.writer(), calls }),
          shell.crossing(entries),
        ),
      )
      .then(
        (outcomes) => {
          shell.journal.acknowledge(owner);
          done(outcomes.map(eventOf));
        },
        (failure: unknown) => {
          shell.journal.release(owner);
          const error = failedCall(failure);
          done(
            error === undefined ? [] : [...batch.wanted].map((id): Incoming => ({ kind: "actionFailed", id, error })),
          );
        },
      );
  }

  /** An activity is cancelled when none of its calls is wanted any more; until then what a cancelled call brings comes too late. */
  cancel(id: CommandId): void {
    const batch = this.#open.get(id);
    if (batch === undefined) return;
    this.#open.delete(id);
    batch.wanted.delete(id);
    if (batch.wanted.size === 0) batch.scope.cancel();
  }
}

function eventOf(outcome: BatchedOutcome): Incoming {
  const { id } = outcome;
  switch (outcome.kind) {
    case "succeeded": {
      const { output, attempt, reference } = outcome;
      return { kind: "actionSucceeded", id, output, attempt, ...(reference === undefined ? {} : { reference }) };
    }
    case "failed":
      return { kind: "actionFailed", id, error: outcome.error };
    case "again":
      return { kind: "actionHandedBack", id, attemptsMade: outcome.attemptsMade, error: outcome.error };
    case "held":
      return { kind: "actionHeld", id };
  }
}
