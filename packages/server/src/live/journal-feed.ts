import type { JournalFeed } from "../ports.ts";

/** Subscribes to the database's notifications of grown journals, `<tenant>:<run>`; the returned function ends it. */
export type ListenToJournals = (onNotify: (payload: string) => void) => Promise<() => Promise<void>>;

/** A notification may be lost while its connection is made again; then this is how late a reader is. */
const pollMs = 1_000;

/** One subscription of the process, shared by all that follow runs. */
export async function openJournalFeed(listen: ListenToJournals): Promise<JournalFeed> {
  const watchers = new Map<string, Set<() => void>>();
  const stop = await listen((payload) => {
    // Empty: the connection was made again, and anything may have been missed.
    if (payload === "") wakeAll();
    else wake(payload.slice(payload.indexOf(":") + 1));
  });
  const poll = setInterval(wakeAll, pollMs);
  function wake(runId: string): void {
    for (const onGrowth of watchers.get(runId) ?? []) onGrowth();
  }
  function wakeAll(): void {
    for (const runId of watchers.keys()) wake(runId);
  }
  return {
    watch(runId, onGrowth) {
      const group = watchers.get(runId) ?? new Set();
      watchers.set(runId, group.add(onGrowth));
      return () => {
        group.delete(onGrowth);
        if (group.size === 0) watchers.delete(runId);
      };
    },
    async close() {
      clearInterval(poll);
      watchers.clear();
      await stop();
    },
  };
}
