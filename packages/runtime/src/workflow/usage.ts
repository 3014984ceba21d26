import type { JournalEntry, RunState, Transition } from "@mainspring/core";
import { fuelSpent } from "./fuel-spent.ts";

/** As an execution hands it to the next. An execution of an earlier build counted less. */
export interface UsageSoFar {
  readonly fuel?: number;
  readonly stepsBegun?: number;
}

/** What a run has used since its beginning, through all its executions. */
export class Usage {
  #fuel = 0;
  #stepsBegun: number | undefined = 0;

  get fuel(): number {
    return this.#fuel;
  }

  /** Undefined: not all of the run's executions have counted. */
  get stepsBegun(): number | undefined {
    return this.#stepsBegun;
  }

  /** Of a run that began in executions before this one. */
  takeOver({ fuel, stepsBegun }: UsageSoFar): void {
    this.#fuel = fuel ?? 0;
    this.#stepsBegun = stepsBegun;
  }

  /** @param before undefined: the run begins with the transition */
  add(before: RunState | undefined, { state, journal }: Transition): void {
    this.#fuel += fuelSpent(before, state);
    if (this.#stepsBegun !== undefined) this.#stepsBegun += journal.filter(beginsStep).length;
  }

  soFar(): UsageSoFar {
    return { fuel: this.#fuel, ...(this.#stepsBegun === undefined ? {} : { stepsBegun: this.#stepsBegun }) };
  }
}

function beginsStep(entry: JournalEntry): boolean {
  return entry.kind === "step" && entry.execution === entry.seq;
}
