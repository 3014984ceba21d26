import type { JournalEntry } from "@mainspring/core";

/** An entry as it stands in the journal's table. */
export interface PlacedEntry {
  readonly seq: number;
  /** Of the fence that it was written under. */
  readonly epoch: number;
  readonly entry: JournalEntry;
}

export type EntryOfKind<K extends JournalEntry["kind"]> = Extract<JournalEntry, { kind: K }>;

/** Those of one kind, in the order given. */
export function ofKind<K extends JournalEntry["kind"]>(
  entries: readonly PlacedEntry[],
  kind: K,
): { readonly seq: number; readonly epoch: number; readonly entry: EntryOfKind<K> }[] {
  return entries.flatMap((placed) =>
    placed.entry.kind === kind ? [{ ...placed, entry: placed.entry as EntryOfKind<K> }] : [],
  );
}

/**
 * How a run ended that could not say so itself: what was open then is closed.
 * Not of the journal; the reconciler learns it from Temporal.
 */
export interface EndedOutside {
  readonly status: "FAILED" | "CANCELED";
  readonly at: string;
  readonly error: unknown;
}
