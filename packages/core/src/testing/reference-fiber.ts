import type { InboundEvent, RunError, StepStatus } from "../interpreter/transition.ts";
import type { ProgramStep } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";

/* What the reference interpreter is made of: how a generator of a fiber is left, and what it waits for. */

export class Raised {
  readonly error: RunError;
  constructor(error: RunError) {
    this.error = error;
  }
}
export class Returned {
  readonly output: Json;
  constructor(output: Json) {
    this.output = output;
  }
}
export const cancelled = { cancelled: true };

export interface Row {
  readonly step: ProgramStep;
  readonly iteration: readonly number[];
  status: StepStatus;
}

/** What a fiber waits for. `settle` is given what came; `closed` says that it waits no more. */
export interface Waiting {
  readonly row: Row;
  readonly kind: "call" | "timer" | "event" | "branches";
  readonly wait?: { readonly name: string; readonly key: string; readonly holds: (event: InboundEvent) => boolean };
  readonly effect?: boolean;
  issue: (() => void) | undefined;
  closed: boolean;
  settle: (settled: Settled) => void;
}
export type Settled = { readonly value: unknown } | { readonly thrown: unknown };

export interface Fiber {
  readonly parent: Fiber | undefined;
  /** An item of a loop whose items run side by side: it has all that it writes for itself. */
  readonly isItem: boolean;
  readonly own: JsonObject;
  /** Names that it has removed for itself. */
  readonly hidden: Set<string>;
  readonly body: Generator<Waiting, void, unknown>;
  next: Settled | undefined;
  waiting: Waiting | undefined;
  children: Fiber[];
  sheltered: number;
  cancelAfterShelter: boolean;
  /** Thrown into it when its last child has ended. */
  afterChildren: Settled | undefined;
  ended: (how: Settled) => void;
}

export interface Scope {
  readonly fiber: Fiber;
  readonly locals: JsonObject;
  readonly iteration: readonly number[];
  /** The nearest loop goes on behind a failed step (semantics 1). */
  readonly goesOn: boolean;
}

/** Parts of a step that run side by side. */
export interface Parts {
  readonly count: number;
  /** So many at the same time. */
  readonly window: number;
  readonly isItem: boolean;
  readonly make: (fiber: Fiber, i: number) => Generator<Waiting, void, unknown>;
  /** A part has ended; what it gives decides the end of the step, where that is not decided. */
  readonly ended: (i: number, how: Settled, decided: boolean) => Settled | undefined;
  /** Whether the step is decided by now. `left`: parts that have not ended. */
  readonly look?: (left: number) => Settled | undefined;
}
