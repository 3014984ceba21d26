import type { JournalEntry } from "@mainspring/core";
import { ApiProblem, ApiUnreachable, readProblem } from "../problem/api-problem.ts";
import { runs } from "../routes/runs.ts";
import { send } from "./request.ts";
import type { ClientOptions } from "./request.ts";
import { readServerSentEvents } from "./sse.ts";

export interface StreamOptions {
  /** Entries after this seq; left out: all. */
  readonly afterSeq?: number;
  readonly signal?: AbortSignal;
  /** The connection is up, again or for the first time. */
  readonly onConnect?: () => void;
  /** The connection broke or could not be made; the next try comes in `retryMs`. */
  readonly onDisconnect?: (problem: {
    readonly error: unknown;
    readonly attempt: number;
    readonly retryMs: number;
  }) => void;
}

const firstRetryMs = 250;
const longestRetryMs = 5_000;

/**
 * A run's journal entries as they come, each seq once, until its end is confirmed. A broken connection is made again
 * and goes on after the last entry; only an aborted signal or a refusal (4xx) ends it early.
 * @throws ApiProblem when the server refuses
 */
export async function* streamRun(
  options: ClientOptions,
  runId: string,
  stream: StreamOptions = {},
): AsyncGenerator<JournalEntry, void, undefined> {
  let afterSeq = stream.afterSeq ?? 0;
  let attempt = 0;
  for (;;) {
    try {
      const reply = await send(options, runs.stream, {
        params: { id: runId },
        signal: stream.signal,
        headers: { accept: "text/event-stream", "last-event-id": String(afterSeq) },
      });
      if (!reply.ok || reply.body === null) throw await readProblem(reply);
      stream.onConnect?.();
      for await (const event of readServerSentEvents(reply.body)) {
        attempt = 0;
        if (event.event === "end") return;
        if (event.event !== "entry") continue;
        const entry = JSON.parse(event.data) as JournalEntry;
        if (entry.seq <= afterSeq) continue;
        afterSeq = entry.seq;
        yield entry;
      }
      throw new ApiUnreachable(options.baseUrl, new Error("the stream ended before the run"));
    } catch (error) {
      if (stream.signal?.aborted === true) throw stream.signal.reason;
      if (error instanceof ApiProblem && error.status < 500 && error.status !== 429) throw error;
      attempt += 1;
      const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (attempt - 1));
      stream.onDisconnect?.({ error, attempt, retryMs });
      await pause(retryMs, stream.signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }
    function aborted(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
