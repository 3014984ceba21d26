import { instantMs, type CommandId, type CommandOf, type Instant } from "@mainspring/core";
import { CancellationScope, proxyActivities, proxyLocalActivities, sleep } from "@temporalio/workflow";
import type { BusinessDue, ComputeBusinessTimesArgs } from "../activities/child-contract.ts";
import type { Crossing } from "../wire/crossing.ts";
import { durableFlushTimeoutMs, flushTimeoutMs, flushTries } from "./bounds.ts";
import type { ShellPort } from "./port.ts";

interface Calls {
  computeBusinessTimes(args: Crossing): Promise<readonly BusinessDue[]>;
}

const { computeBusinessTimes } = proxyLocalActivities<Calls>({
  startToCloseTimeout: flushTimeoutMs,
  retry: { initialInterval: 100, maximumInterval: "2 seconds", maximumAttempts: flushTries },
});
// Unlimited tries: for when the local ones have used up theirs.
const durably = proxyActivities<Calls>({
  startToCloseTimeout: durableFlushTimeoutMs,
  retry: { initialInterval: "1 second", maximumInterval: "30 seconds" },
});

/** Timers of Temporal, one for each timer of the run that is not due yet. */
export class Timers {
  readonly #shell: ShellPort;
  readonly #open = new Map<CommandId, CancellationScope>();
  /** Timers whose instant a calendar is asked for. */
  readonly #asked = new Set<CommandId>();

  constructor(shell: ShellPort) {
    this.#shell = shell;
  }

  start({ id, when }: CommandOf<"startTimer">): void {
    if ("dueAt" in when) this.#sleepUntil(id, when.dueAt);
    else this.#askCalendar(id, when.business);
  }

  cancel(id: CommandId): void {
    this.#asked.delete(id);
    this.#open.get(id)?.cancel();
    this.#open.delete(id);
  }

  /**
   * Business time is counted once, by the tenant's calendar of now; from then on the state has the instant, and a continue-as-new waits for
   * that.
   */
  #askCalendar(id: CommandId, business: ComputeBusinessTimesArgs["times"][number]["business"]): void {
    const shell = this.#shell;
    const { tenantId } = shell.writer();
    const args: ComputeBusinessTimesArgs = { tenantId, times: [{ business, from: shell.now() }] };
    this.#asked.add(id);
    shell.locally(
      () => computeBusinessTimes(shell.inline(args)),
      () => durably.computeBusinessTimes(shell.crossing(args)),
      ([due]) => {
        if (!this.#asked.delete(id) || due === undefined) return; // withdrawn meanwhile
        if (due.error !== undefined) {
          shell.push({ kind: "commandFailed", id, error: due.error });
          return;
        }
        const { dueAt, calendarVersion } = due;
        shell.push({ kind: "timerStarted", id, dueAt, calendarVersion });
        this.#sleepUntil(id, dueAt);
      },
    );
  }

  #sleepUntil(id: CommandId, dueAt: Instant): void {
    const waitMs = (instantMs(dueAt) ?? 0) - (instantMs(this.#shell.now()) ?? 0);
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
          this.#shell.arrive({ kind: "timerFired", id });
        },
        () => undefined, // cancelled by the interpreter
      );
  }
}
