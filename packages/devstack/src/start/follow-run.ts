// Starts a run and prints its steps as the run's own stream brings them.
import { type Api, expectStatus } from "./api.ts";
import { readEventStream } from "./event-stream.ts";
import type { ExampleEvent, ExampleStart, Published } from "./examples.ts";
import { describeEntry, type StreamedEntry } from "./describe-entry.ts";

export type Patience = {
  /** Nothing heard for so long: we say that no worker answers. */
  remarkMs: number;
  /** Nothing heard for so long: we give up. */
  giveUpMs: number;
};

export const usualPatience: Patience = { remarkMs: 15_000, giveUpMs: 60_000 };

export type FollowedRun = { runId: string; status: string; error: string | undefined };

/** Resolves with the run's end, or with the status `NO_ANSWER` when the stream stayed silent for too long. */
export async function followExample(
  api: Api,
  { key }: Published,
  { payload, events }: ExampleStart,
  say: (line: string) => void,
  patience: Patience = usualPatience,
): Promise<FollowedRun> {
  const started = expectStatus(await api.request("POST", `/workflows/${key}/runs`, { payload }), 200, 202);
  const runId = String(started["runId"]);
  say(`  run ${runId}`);
  const giveUp = new AbortController();
  const silence = watchSilence(patience, say, () => giveUp.abort());
  const waitingEvents = [...events];
  try {
    for await (const entry of entriesOf(api, runId, giveUp.signal)) {
      silence.heard(entry);
      const line = describeEntry(entry);
      if (line !== undefined) say(`  ${line}`);
      if (entry.kind !== "wait" || entry.status !== "WAITING" || entry.waitType !== "event") continue;
      const index = waitingEvents.findIndex(({ name }) => name === entry.data?.event);
      const [event] = index < 0 ? [] : waitingEvents.splice(index, 1);
      if (event !== undefined) await sendEvent(api, runId, event, entry, say);
    }
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
    say(`  Nothing was heard of the run for ${patience.giveUpMs / 1000} s: given up.`);
    return { runId, status: "NO_ANSWER", error: undefined };
  } finally {
    silence.end();
  }
  const run = expectStatus(await api.request("GET", `/runs/${runId}`), 200);
  const error = run["error"] as { code?: string; message?: string } | null;
  return { runId, status: String(run["status"]), error: error ? `${error.code}: ${error.message}` : undefined };
}

/** The journal from its beginning to the run's end, across breaks of the connection (a server that is started again). */
async function* entriesOf(api: Api, runId: string, signal: AbortSignal): AsyncGenerator<StreamedEntry> {
  let seq = 0;
  for (;;) {
    try {
      for await (const { event, data } of readEventStream(await api.stream(runId, seq, signal))) {
        if (event === "end") return;
        if (event !== "entry") continue;
        const entry = JSON.parse(data) as StreamedEntry;
        seq = entry.seq;
        yield entry;
      }
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
    signal.throwIfAborted();
  }
}

async function sendEvent(
  api: Api,
  runId: string,
  event: ExampleEvent,
  wait: StreamedEntry & { kind: "wait" },
  say: (line: string) => void,
): Promise<void> {
  const id = `${runId}:${wait.waitId}`;
  await api
    .request("POST", "/events", { correlationKey: wait.data?.key, ...event, id, source: "npm-start" })
    .then((reply) => expectStatus(reply, 202));
  say(`  → POST /events ${event.name}`);
}

/** A run that waits for a time is not silent before that time has come. */
function watchSilence(
  patience: Patience,
  say: (line: string) => void,
  giveUp: () => void,
): { heard(entry: StreamedEntry): void; end(): void } {
  let quietSinceMs = Date.now();
  let remarked = false;
  const dueAtMs = new Map<string, number>();
  const timer = setInterval(() => {
    const silentMs = Date.now() - Math.max(quietSinceMs, ...dueAtMs.values());
    if (silentMs >= patience.remarkMs && !remarked) {
      remarked = true;
      say(`  No worker answers: nothing was heard of the run for ${Math.round(silentMs / 1000)} s.`);
    }
    if (silentMs >= patience.giveUpMs) giveUp();
  }, 250);
  return {
    heard(entry) {
      quietSinceMs = Date.now();
      remarked = false;
      if (entry.kind !== "wait") return;
      if (entry.status === "WAITING" && entry.data?.timeoutAt)
        dueAtMs.set(entry.waitId, Date.parse(entry.data.timeoutAt));
      else dueAtMs.delete(entry.waitId);
    },
    end: () => clearInterval(timer),
  };
}
