import type { JournalEntry } from "@mainspring/core";
import type { Sink, Sinks } from "@temporalio/workflow";

/** By which a replay hands out the journal that the shell writes. */
export interface JournalSinks extends Sinks {
  journal: JournalSink;
}

interface JournalSink extends Sink {
  append(entries: readonly JournalEntry[]): void;
}
