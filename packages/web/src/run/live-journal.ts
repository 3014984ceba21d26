import type { Client } from "@mainspring/api";
import type { JournalEntry } from "@mainspring/core";
import { addEntries, emptyJournal, lastSeqOf, type JournalView } from "./fold-journal.ts";

export interface LiveJournalState {
  readonly journal: JournalView;
  readonly connection: "connecting" | "live" | "reconnecting" | "ended" | "refused";
  /** Why the stream was refused or broke last. */
  readonly error?: unknown;
}

/** Streams as `client.runs.stream` does. */
export type JournalStream = Client["runs"]["stream"];

export interface LiveJournal {
  readonly current: () => LiveJournalState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly stop: () => void;
}

/**
 * Follows a run's journal until its end, over every break of the connection.
 * @param draw tells when to show what has come; entries that come together are shown together
 * @param known what is known already: only what follows it is asked for
 */
export function followJournal(
  stream: JournalStream,
  runId: string,
  draw: (show: () => void) => void,
  known: JournalView = emptyJournal,
): LiveJournal {
  const ending = new AbortController();
  const listeners = new Set<() => void>();
  let state: LiveJournalState = { journal: known, connection: "connecting" };
  let arrived: JournalEntry[] = [];
  let isDrawAsked = false;

  function become(next: LiveJournalState): void {
    if (ending.signal.aborted) return;
    state = next;
    for (const listener of listeners) listener();
  }

  function show(): void {
    isDrawAsked = false;
    const batch = arrived;
    arrived = [];
    const journal = addEntries(state.journal, batch);
    if (journal !== state.journal) become({ ...state, journal });
  }

  async function follow(): Promise<void> {
    const entries = stream(runId, {
      afterSeq: lastSeqOf(state.journal),
      signal: ending.signal,
      onConnect: () => become({ ...state, connection: "live", error: undefined }),
      onDisconnect: ({ error }) => become({ ...state, connection: "reconnecting", error }),
    });
    for await (const entry of entries) {
      arrived.push(entry);
      if (isDrawAsked) continue;
      isDrawAsked = true;
      draw(show);
    }
    show();
    become({ ...state, connection: "ended", error: undefined });
  }

  follow().catch((error: unknown) => {
    show();
    become({ ...state, connection: "refused", error });
  });

  return {
    current: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => ending.abort(),
  };
}
