import type { Client } from "@mainspring/api";
import { useEffect, useState, useSyncExternalStore } from "react";
import { emptyJournal } from "./fold-journal.ts";
import { followJournal, type LiveJournal, type LiveJournalState } from "./live-journal.ts";

const notYet: LiveJournalState = { journal: emptyJournal, connection: "connecting" };
const none = (): (() => void) => () => {};

/** The journal of a run as it grows. */
export function useLiveJournal(client: Client, runId: string): LiveJournalState {
  const [live, setLive] = useState<LiveJournal | undefined>(undefined);
  useEffect(() => {
    const followed = followJournal(client.runs.stream, runId, drawSoon);
    setLive(followed);
    return () => {
      followed.stop();
      setLive(undefined);
    };
  }, [client, runId]);
  return useSyncExternalStore(live?.subscribe ?? none, live?.current ?? (() => notYet));
}

/** With the next frame; in a tab in the background, where frames stand still, after a moment. */
function drawSoon(show: () => void): void {
  if (document.visibilityState === "visible") requestAnimationFrame(show);
  else setTimeout(show, 500);
}
