import type { RunState } from "@mainspring/core";
import type { Bounds } from "./bounds.ts";
import type { Moment } from "./clock.ts";

/** What an execution has used of its bounds: when one is reached, the run is to continue as new. */
export class Room {
  #stepsBefore = 0;
  #remoteStepsBefore = 0;
  #signals = 0;

  /** The state that the execution takes over from the one before. */
  begin({ counters }: RunState): void {
    this.#stepsBefore = counters.steps;
    this.#remoteStepsBefore = counters.remoteSteps;
  }

  /** @returns the number of the signal in this execution */
  signalled(): number {
    return ++this.#signals;
  }

  /** @param answers updates that this execution has taken: Temporal limits them as it does signals */
  isUsedUp({ counters }: RunState, bounds: Bounds, answers: number, seen: Moment): boolean {
    return (
      counters.remoteSteps - this.#remoteStepsBefore >= bounds.remoteSteps ||
      counters.steps - this.#stepsBefore >= bounds.steps ||
      this.#signals + answers >= bounds.signals ||
      seen.historyLength >= bounds.holdEvents ||
      seen.continueAsNewSuggested
    );
  }
}
