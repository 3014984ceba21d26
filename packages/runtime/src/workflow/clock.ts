import { instantFromMs, instantMs, type Instant } from "@mainspring/core";

/** What is known of the execution when something comes to it from outside. */
export interface Moment {
  readonly atMs: number;
  readonly historyLength: number;
  readonly continueAsNewSuggested: boolean;
}

/** What a local activity brings, and when its end was, by the clock of its worker. */
export interface Timed<T> {
  readonly $at: Instant;
  readonly value: T;
}

/**
 * The clock of a run: it goes on with what is fed, and stands still in between.
 *
 * The sandbox's own time may not be read once a local activity has come back. Where that took longer than a workflow task, it comes back in a
 * later one, whose time and history it sees; on replay it comes back in the task in which it was begun, and sees those. A run that decided by
 * them whether a timer is due would go another way on replay, and its journal would tell other times. So a local activity brings its time
 * itself, and what comes from outside brings that of its own task.
 */
export class WorkflowClock {
  readonly #moment: () => Moment;
  #seen: Moment;
  #nowMs: number;

  /** @param moment reads the sandbox, as it is in this activation */
  constructor(moment: () => Moment) {
    this.#moment = moment;
    this.#seen = moment();
    this.#nowMs = this.#seen.atMs;
  }

  get now(): Instant {
    return instantFromMs(this.#nowMs);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** With what was fed last. */
  get seen(): Moment {
    return this.#seen;
  }

  /** Of what has come from outside in this activation; it is kept with it until it is fed. */
  moment(): Moment {
    return this.#moment();
  }

  /** What came with this is being fed. */
  came(moment: Moment): void {
    this.#seen = moment;
    this.#nowMs = Math.max(this.#nowMs, moment.atMs);
  }

  /** So late it was at least: a segment or a local activity says so. */
  passed(at: Instant): void {
    this.#nowMs = Math.max(this.#nowMs, instantMs(at) ?? 0);
  }

  /** @returns what has been brought; without a time of its own, by an ordinary activity or an earlier build, that of its activation counts */
  valueOf<T>(result: T | Timed<T>): T {
    if (isTimed(result)) {
      this.passed(result.$at);
      return result.value;
    }
    this.came(this.#moment());
    return result;
  }
}

function isTimed<T>(result: T | Timed<T>): result is Timed<T> {
  return typeof result === "object" && result !== null && "$at" in result;
}
