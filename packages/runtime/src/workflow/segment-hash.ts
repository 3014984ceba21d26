import { entriesHash, type JournalEntry, type RunState } from "@mainspring/core";

/** By this the sandbox and a segment know that they went the same way: every entry, and what the evaluation cost. */
export function segmentHash(entries: readonly JournalEntry[], state: RunState): string {
  const { steps, fuelInTurn } = state.counters;
  return `${entriesHash(entries)}:${steps}:${fuelInTurn}`;
}
