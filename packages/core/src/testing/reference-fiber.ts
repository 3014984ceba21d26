import type { InboundEvent, RunError, StepStatus } from "../interpreter/transition.ts";
import type { ProgramStep } from "../program/program.ts";
import type { TaskAnswer } from "./world.ts";
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
  readonly fiber: Fiber;
  readonly step: ProgramStep;
  readonly iteration: readonly number[];
  status: StepStatus;
}

/** What a fiber waits for. `settle` is given what came; `closed` says that it waits no more. */
export interface Waiting {
  readonly row: Row;
  readonly kind: "call" | "timer" | "event" | "task" | "child" | "branches";
  readonly wait?: { readonly name: string; readonly key: string; readonly holds: (event: InboundEvent) => boolean };
  readonly effect?: boolean;
  /** Of a call: it is held for want of quota, and `again` makes it once there is some. */
  held?: boolean;
  again?: () => void;
  /** Of a task: its form is known. */
  opened?: boolean;
  early?: TaskAnswer;
  issue: (() => void) | undefined;
  closed: boolean;
  settle: (settled: Settled) => void;
}
export type Settled = { readonly value: unknown } | { readonly thrown: unknown };

export interface Fiber {
  readonly parent: Fiber | undefined;
  /** What of `vars` it has for itself: an item all that it writes, a branch three names, undoing what its step had. */
  readonly keeps: "all" | "events" | "nothing";
  /** The step that it undoes. */
  readonly undoes: Row | undefined;
  /** Sagas around its current step, innermost last. */
  readonly sagas: Saga[];
  /** What it completed inside a saga of a fiber around it. */
  readonly completed: Done[];
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

/** A completed step that can be undone. */
export interface Done {
  readonly row: Row;
  readonly locals: JsonObject;
  readonly order: number;
  /** What the branches and items that it ran in had of `vars` for themselves. */
  readonly layer: { readonly own: JsonObject; readonly hidden: readonly string[]; readonly keeps: Fiber["keeps"] };
}

export interface Saga {
  readonly completed: Done[];
  /** While it undoes: until when it may. */
  untilMs: number | undefined;
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
  /** What of `vars` each part has for itself. */
  readonly keeps: Fiber["keeps"];
  /** The completed steps that the parts undo. */
  readonly undone?: readonly Done[];
  readonly make: (fiber: Fiber, i: number) => Generator<Waiting, void, unknown>;
  /** A part has ended; what it gives decides the end of the step, where that is not decided. */
  readonly ended: (i: number, how: Settled, decided: boolean) => Settled | undefined;
  /** Whether the step is decided by now. `left`: parts that have not ended. */
  readonly look?: (left: number) => Settled | undefined;
}
