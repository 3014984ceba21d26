import type { Client, RunReply } from "@mainspring/api";
import type { JournalEntry } from "@mainspring/core";
import type { Context } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { durationText } from "../output/times.ts";

export interface FollowOptions {
  readonly afterSeq?: number;
  /** Given: we leave the run alone after so long. */
  readonly timeoutMs?: number;
  entry(entry: JournalEntry): void;
}

/** The run at its confirmed end, or why we stopped looking: the run itself goes on. */
export type Followed = { readonly run: RunReply } | { readonly left: "interrupted" | "timeout" };

/** Nothing heard of a run that should be doing something, for so long: we say so. */
const remarkMs = 15_000;
/** No connection for so long: we give up. */
const disconnectedMaxMs = 60_000;

/**
 * Follows a run's journal to its confirmed end, over breaks of the connection.
 * @throws ApiProblem, ApiUnreachable
 */
export async function followRun(
  context: Context,
  client: Client,
  runId: string,
  options: FollowOptions,
): Promise<Followed> {
  const { out } = context;
  const interrupted = context.io.interrupted();
  const stop = new AbortController();
  const timer =
    options.timeoutMs === undefined ? undefined : setTimeout(() => stop.abort("timeout"), options.timeoutMs);
  interrupted.addEventListener("abort", () => stop.abort("interrupted"), { once: true });
  const silence = watchSilence((line) => out.progress(out.paintProgress("yellow", line)));
  let lostAtMs: number | undefined;
  try {
    const entries = client.runs.stream(runId, {
      afterSeq: options.afterSeq,
      signal: stop.signal,
      onConnect() {
        if (lostAtMs !== undefined) out.progress("connected again");
        lostAtMs = undefined;
      },
      onDisconnect({ error }) {
        if (lostAtMs === undefined) out.progress("the connection broke: trying again");
        lostAtMs ??= performance.now();
        if (performance.now() - lostAtMs > disconnectedMaxMs) stop.abort(error);
      },
    });
    for await (const entry of entries) {
      silence.heard(entry);
      options.entry(entry);
    }
    return { run: await client.runs.get({ params: { id: runId } }) };
  } catch (error) {
    const reason: unknown = stop.signal.reason;
    if (stop.signal.aborted && (reason === "interrupted" || reason === "timeout")) return { left: reason };
    throw error;
  } finally {
    clearTimeout(timer);
    silence.end();
  }
}

/** 0 for a run that succeeded, 1 for any other end or none. */
export function exitCodeOf(followed: Followed): ExitCode {
  if ("run" in followed) return followed.run.status === "SUCCEEDED" ? exitCodes.ok : exitCodes.failed;
  return followed.left === "interrupted" ? exitCodes.interrupted : exitCodes.failed;
}

/** A run that waits is silent with reason; any other that says nothing for long probably has no worker. */
function watchSilence(say: (line: string) => void): { heard(entry: JournalEntry): void; end(): void } {
  let heardAtMs = performance.now();
  let waits = false;
  let remarked = false;
  const timer = setInterval(() => {
    const silentMs = performance.now() - heardAtMs;
    if (remarked || waits || silentMs < remarkMs) return;
    remarked = true;
    say(`Nothing was heard of the run for ${durationText(silentMs)}: is a worker running?`);
  }, 1_000);
  return {
    heard(entry) {
      heardAtMs = performance.now();
      remarked = false;
      if (entry.kind === "run") waits = entry.status === "WAITING" || entry.status === "PAUSED";
    },
    end: () => clearInterval(timer),
  };
}
