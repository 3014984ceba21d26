import type { expressionErrors } from "./codes.ts";
import type { valueErrors } from "../values/codes.ts";

const { floor } = Math;

/** What an evaluation can end in. */
export type EvaluationErrorCode =
  | keyof typeof expressionErrors
  | Extract<keyof typeof valueErrors, "TEXT_NOT_STORABLE" | "KEY_REFUSED">;

/** What work is counted against. */
export interface Meter {
  /** Units of fuel that are left; below zero the evaluation ends with EXPR_FUEL. */
  fuel: number;
}

/** One evaluation: what it may still use, and what it sees. */
export interface Run extends Meter {
  /** The instant that `now` and `$nowIso()` give. */
  readonly now: string;
  /** What `$$` gives, and where bare names are looked up. */
  readonly scope: object;
  /** Whether the value just returned is a tail call's, see `interpret.ts`. */
  raw: boolean;
}

/** Thrown inside an evaluation only. It is no Error: taking a stack for every author's mistake would be most of its cost. */
export class Fault {
  readonly code: EvaluationErrorCode;
  readonly message: string;
  position: number | undefined;

  constructor(code: EvaluationErrorCode, message: string, position?: number) {
    this.code = code;
    this.message = message;
    this.position = position;
  }
}

/** Uses `units` of fuel. One unit stands for at most 0.5 µs on two cores, so one for a node, an element or 64 characters. */
export function spend(meter: Meter, units: number): void {
  meter.fuel -= units;
  // Written so that a number that is none ends it too.
  if (!(meter.fuel >= 0)) throw new Fault("EXPR_FUEL", "The expression used up its fuel.");
}

/** Uses the fuel for reading or making a text of `length` UTF-16 code units. */
export function spendText(meter: Meter, length: number): void {
  spend(meter, 1 + floor(length / 64));
}

export function typeFault(tCode: string, message: string, position?: number): Fault {
  return new Fault("EXPR_TYPE", `${message} (${tCode})`, position);
}

export function valueFault(dCode: string, message: string, position?: number): Fault {
  return new Fault("EXPR_VALUE", `${message} (${dCode})`, position);
}
