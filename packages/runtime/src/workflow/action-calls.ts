import type { CommandId, CommandOf } from "@mainspring/core";
import { performWithin } from "./activity-calls.ts";
import { CallScope } from "./call-scope.ts";
import { failedCall } from "./failures.ts";
import type { Incoming, ShellPort } from "./port.ts";

/** Calls of actions that go as ordinary activities, and carry the unsent entries of the journal with them. */
export class ActionCalls {
  readonly #shell: ShellPort;
  readonly #open = new Map<CommandId, CallScope>();
  readonly #idleScopes: CallScope[] = [];

  constructor(shell: ShellPort) {
    this.#shell = shell;
  }

  get none(): boolean {
    return this.#open.size === 0;
  }

  has(id: CommandId): boolean {
    return this.#open.has(id);
  }

  start(command: CommandOf<"callAction">): void {
    if (this.#open.has(command.id)) return;
    const shell = this.#shell;
    const entries = shell.journal.take(command.id);
    const scope = this.#idleScopes.pop() ?? new CallScope();
    this.#open.set(command.id, scope);
    shell.begin();
    const done = (event?: Incoming): void => {
      shell.end();
      this.#open.delete(command.id);
      if (!scope.cancelled) this.#idleScopes.push(scope);
      // Of a call that was cancelled the interpreter need not hear, but a bound may wait for it.
      if (event === undefined) shell.wake();
      else shell.arrive(event);
    };
    void scope
      .enter(() =>
        performWithin(command.timeoutMs, shell.bounds().heartbeatTimeoutMs).performAction(
          shell.crossing({ ...shell.writer(), call: command }),
          shell.crossing(entries),
        ),
      )
      .then(
        (result) => {
          shell.journal.acknowledge(command.id);
          if (result.held === true) {
            done({ kind: "actionHeld", id: command.id });
            return;
          }
          done({
            kind: "actionSucceeded",
            id: command.id,
            output: result.output,
            attempt: result.attempt,
            ...(result.reference === undefined ? {} : { reference: result.reference }),
          });
        },
        (failure: unknown) => {
          shell.journal.release(command.id);
          const error = failedCall(failure);
          done(error === undefined ? undefined : { kind: "actionFailed", id: command.id, error });
        },
      );
  }

  cancel(id: CommandId): void {
    this.#open.get(id)?.cancel();
    this.#open.delete(id);
  }
}
