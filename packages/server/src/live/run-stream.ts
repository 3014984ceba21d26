import type { JournalEntry } from "@mainspring/core";
import type { JournalFeed, Runs } from "../ports.ts";
import { followRun } from "./changes.ts";
import { endIsConfirmed, hasEnded } from "./wait-for-end.ts";
import type { RunProgress } from "./wait-for-end.ts";

export interface RunStreaming {
  readonly runs: Runs;
  readonly feed: JournalFeed;
  readonly run: { readonly tenantId: string; readonly runId: string };
  /** The row first and the entries after it, so that an ended row comes with its last entries. */
  readonly read: (
    afterSeq: number,
  ) => Promise<
    { readonly progress: RunProgress; readonly entries: readonly JournalEntry[]; readonly isLast: boolean } | undefined
  >;
  readonly afterSeq: number;
  readonly signal: AbortSignal;
}

/** Proxies cut connections on which nothing comes. */
const heartbeatMs = 15_000;
const pollMs = 1_000;
const firstRecheckMs = 20;

/** A run's journal as the text of server-sent events, each seq once and in order, until its end is confirmed. */
export async function* streamOfRun(streaming: RunStreaming): AsyncGenerator<string, void, undefined> {
  const changes = followRun(streaming.feed, streaming.run.runId, streaming.signal);
  let { afterSeq } = streaming;
  let recheckMs = firstRecheckMs;
  let wroteAt = performance.now();
  yield ": connected\n\n";
  try {
    while (!streaming.signal.aborted) {
      const found = await streaming.read(afterSeq);
      if (found === undefined) return; // deleted meanwhile
      const isFinal = await endIsConfirmed(streaming.runs, streaming.run, found.progress);
      for (const entry of found.entries) {
        // Calls in parallel write their entries in any order: what follows a gap waits for it, unless nothing fills it any more.
        if (entry.seq !== afterSeq + 1 && !isFinal) break;
        afterSeq = entry.seq;
        wroteAt = performance.now();
        yield `event: entry\nid: ${entry.seq}\ndata: ${JSON.stringify(entry)}\n\n`;
      }
      const hasSentAll = afterSeq >= (found.entries.at(-1)?.seq ?? 0);
      if (isFinal && found.isLast) {
        yield `event: end\nid: ${afterSeq}\ndata: ${JSON.stringify({ status: found.progress.status, seq: afterSeq })}\n\n`;
        return;
      }
      if (hasSentAll && !found.isLast) continue;
      recheckMs = hasEnded(found.progress) ? Math.min(pollMs, recheckMs * 2) : firstRecheckMs;
      await changes.next(hasEnded(found.progress) ? recheckMs : pollMs);
      if (performance.now() - wroteAt > heartbeatMs) {
        wroteAt = performance.now();
        yield ": still here\n\n";
      }
    }
  } finally {
    changes.close();
  }
}
