import type { Client } from "@mainspring/api";
import { useEffect, useState, useSyncExternalStore } from "react";
import { emptyJournal } from "./fold-journal.ts";
import { followJournal, type LiveJournal, type LiveJournalState } from "./live-journal.ts";

const notYet: LiveJournalState = { journal: emptyJournal, connection: "connecting" };
const none = (): (() => void) => () => {};

/** A tab that nobody looks at gives its connection back: a browser opens six to one server, over all tabs. */
const restAfterMs = 30_000;

/** The journal of a run as it grows. */
export function useLiveJournal(client: Client, runId: string): LiveJournalState {
  const [live, setLive] = useState<LiveJournal | undefined>(undefined);
  useEffect(() => {
    let followed = followJournal(client.runs.stream, runId, drawSoon);
    let resting: ReturnType<typeof setTimeout> | undefined;
    let isResting = false;
    setLive(followed);
    function looked(): void {
      clearTimeout(resting);
      if (document.visibilityState === "hidden") {
        resting = setTimeout(() => {
          isResting = followed.current().connection !== "ended";
          followed.stop();
        }, restAfterMs);
      } else if (isResting) {
        isResting = false;
        followed = followJournal(client.runs.stream, runId, drawSoon, followed.current().journal);
        setLive(followed);
      }
    }
    document.addEventListener("visibilitychange", looked);
    return () => {
      document.removeEventListener("visibilitychange", looked);
      clearTimeout(resting);
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
