import type { RunState } from "@mainspring/core";

/** The fuel that a transition has used: the interpreter counts it anew in each turn. @param before undefined: the run began with it */
export function fuelSpent(before: RunState | undefined, after: RunState): number {
  const { turn, fuelInTurn } = after.counters;
  return before?.counters.turn === turn ? fuelInTurn - before.counters.fuelInTurn : fuelInTurn;
}
