import type { CommandId, CommandOf } from "@mainspring/core";
import { CancellationScope, sleep } from "@temporalio/workflow";
import type { ShellPort } from "./port.ts";
import { msUntil } from "./workflow-time.ts";

/** Timers of Temporal, one for each timer of the run that is not due yet. */
export class Timers {
  readonly #shell: ShellPort;
  readonly #open = new Map<CommandId, CancellationScope>();

  constructor(shell: ShellPort) {
    this.#shell = shell;
  }

  start(command: CommandOf<"startTimer">): void {
    if (!("dueAt" in command.when))
      throw new Error("A business timer is not performed by this shell; publishing refuses it");
    this.#sleepUntil(command.id, command.when.dueAt);
  }

  cancel(id: CommandId): void {
    this.#open.get(id)?.cancel();
    this.#open.delete(id);
  }

  #sleepUntil(id: CommandId, dueAt: string): void {
    const waitMs = msUntil(dueAt);
    if (waitMs <= 0) {
      this.#shell.push({ kind: "timerFired", id });
      return;
    }
    const scope = new CancellationScope({ cancellable: true });
    this.#open.set(id, scope);
    void scope
      .run(() => sleep(waitMs))
      .then(
        () => {
          this.#open.delete(id);
          this.#shell.push({ kind: "timerFired", id });
        },
        () => undefined, // cancelled by the interpreter
      );
  }
}
