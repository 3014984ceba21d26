import type { Client } from "@mainspring/api";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import { durationText } from "../output/times.ts";
import { entryLine } from "./entry-line.ts";
import { exitCodeOf, followRun, type Followed } from "./follow-run.ts";
import { outcomeLines } from "./run-text.ts";

export interface ToldRun {
  readonly runId: string;
  readonly timeoutMs?: number;
}

/** Follows a run: its steps to stderr as they happen, how it ended to stdout. */
export async function followAndTell(
  context: Context,
  client: Client,
  { runId, timeoutMs }: ToldRun,
): Promise<ExitCode> {
  const { out } = context;
  // The first entry's time, not ours: the clocks of two machines differ.
  let sinceMs: number | undefined;
  const followed = await followRun(context, client, runId, {
    timeoutMs,
    entry(entry) {
      sinceMs ??= Date.parse(entry.at);
      const line = entryLine(entry, { paint: out.paintProgress, sinceMs });
      if (line !== undefined) out.progress(line);
    },
  });
  if ("run" in followed) {
    const { run } = followed;
    out.result(run, () => outcomeLines(run, out));
  } else {
    tellThatItGoesOn(context, runId, followed, timeoutMs);
  }
  return exitCodeOf(followed);
}

/** We stopped looking; nobody asked the run to stop. */
export function tellThatItGoesOn(
  { out }: Context,
  runId: string,
  { left }: Extract<Followed, { left: unknown }>,
  timeoutMs?: number,
): void {
  const why =
    left === "timeout" && timeoutMs !== undefined ? `It has not ended within ${durationText(timeoutMs)}. ` : "";
  out.progress(
    `${why}The run goes on: mainspring runs watch ${runId} follows it again, mainspring runs cancel ${runId} stops it.`,
  );
}
