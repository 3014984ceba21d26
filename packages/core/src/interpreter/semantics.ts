import type { SemanticsVersion } from "../program/program.ts";

/** What a run does where versions of the semantics differ, and the limits that a run keeps for ever. */
export interface Behaviour {
  /** `onItemError: continue`: true leaves the failed item, false goes on with the next step of the same item. */
  readonly itemErrorLeavesItem: boolean;
  /** Items of one `control.forEach` that may be under way at the same time. */
  readonly concurrencyMax: number;
  /** Fuel of one step execution, all its expressions together. */
  readonly stepFuelMax: number;
  /** What a step, or a turn of a loop, costs at least. */
  readonly stepFuelMin: number;
  /** Fuel of one activation, after which the run yields at the next step boundary. */
  readonly turnFuelMax: number;
  /** So many yields in a row without an outside event end the run. */
  readonly yieldsMax: number;
  readonly valueBytesMax: number;
  readonly stateBytesMax: number;
  readonly forEachItemsMax: number;
  readonly actionTimeoutMsMax: number;
  readonly waitMsMax: number;
  readonly keptEventsMax: number;
  readonly keptBytesMax: number;
  /** How long `finally` may go on under a cancel. */
  readonly cancelGraceMs: number;
  /** How long a saga may undo where it does not say itself. */
  readonly compensateTimeoutMs: number;
}

const limits = {
  stepFuelMax: 100_000,
  stepFuelMin: 120,
  turnFuelMax: 200_000,
  yieldsMax: 200,
  valueBytesMax: 256 * 1024,
  stateBytesMax: 4 * 1024 * 1024,
  forEachItemsMax: 10_000,
  actionTimeoutMsMax: 24 * 3_600_000,
  waitMsMax: 10 * 366 * 24 * 3_600_000,
  keptEventsMax: 100,
  keptBytesMax: 1024 * 1024,
  cancelGraceMs: 3_600_000,
  compensateTimeoutMs: 3_600_000,
} as const;

/** The differences of the versions; what both share is `limits`. */
export const semantics = {
  1: { ...limits, itemErrorLeavesItem: false, concurrencyMax: 1 },
  2: { ...limits, itemErrorLeavesItem: true, concurrencyMax: 50 },
} as const satisfies Record<SemanticsVersion, Behaviour>;

/** The journal holds values up to this size in its entries; larger ones stand as references. */
export const inlineValueMaxBytes = 1024;
