import type { JournalEntry } from "@mainspring/core";

/** A journal entry as the stream brings it. */
export type StreamedEntry = JournalEntry;

const signs: Record<string, string> = {
  RUNNING: "·",
  WAITING: "…",
  SUCCEEDED: "✓",
  RESOLVED: "✓",
  FAILED: "✗",
  CANCELED: "–",
  SKIPPED: "–",
  PAUSED: "…",
};

/** One line for people, such as `✓ notify[3]`; undefined for entries that only the engine needs. */
export function describeEntry(entry: StreamedEntry): string | undefined {
  switch (entry.kind) {
    case "step": {
      if (entry.status === "WAITING") return undefined; // its wait says for what
      const { type, attempt, error } = entry.data ?? {};
      const what = entry.status === "RUNNING" ? (type ?? "") : error ? `${error.code}: ${error.message}` : "";
      const again = attempt !== undefined && attempt > 1 ? ` (attempt ${attempt})` : "";
      return line(entry.status, `${placeName(entry)}${again}`, what);
    }
    case "wait": {
      const { event, key, timeoutAt, resolvedBy } = entry.data ?? {};
      if (entry.status !== "WAITING") return line(entry.status, placeName(entry), `by ${resolvedBy ?? "cancel"}`);
      const what = event !== undefined ? `waits for ${event} (${key})` : `waits until ${timeoutAt ?? "it is time"}`;
      return line(entry.status, placeName(entry), what);
    }
    case "run":
      return line(entry.status, "run", entry.status);
    case "reminder":
      return line("WAITING", placeName(entry), `reminder ${entry.data.number} of ${entry.data.max}`);
    case "state":
      return line("RUNNING", "state", JSON.stringify(entry.data));
    case "input":
    case "event":
    case "late":
      return undefined;
  }
}

function line(status: string, name: string, what: string): string {
  return `${signs[status] ?? "·"} ${name.padEnd(28)} ${what}`.trimEnd();
}

function placeName({ stepId, iteration }: { stepId: string; iteration: readonly number[] }): string {
  return iteration.length === 0 ? stepId : `${stepId}[${iteration.join("][")}]`;
}
