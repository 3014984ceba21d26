import type { JournalEntry } from "@mainspring/core";
import { lookOf } from "../status/status.ts";
import { stepTitle } from "./fold-journal.ts";

/** One line that tells an entry of the journal. */
export function entryText(entry: JournalEntry): string {
  switch (entry.kind) {
    case "run": {
      const error = entry.data?.error;
      return `run ${word(entry.status)}${error === undefined ? "" : ` · ${error.code}`}`;
    }
    case "step": {
      const error = entry.data?.error;
      const attempt = (entry.data?.attempt ?? 1) > 1 ? ` · attempt ${entry.data?.attempt}` : "";
      return `${stepTitle(entry)} ${word(entry.status)}${attempt}${error === undefined ? "" : ` · ${error.code}`}`;
    }
    case "wait": {
      const what =
        entry.data?.event === undefined
          ? entry.waitType
          : `${entry.data.event}${entry.data.key === undefined ? "" : ` · ${entry.data.key}`}`;
      return `${stepTitle(entry)} wait ${word(entry.status)} · ${what}${entry.data?.resolvedBy === undefined ? "" : ` · by ${entry.data.resolvedBy}`}`;
    }
    case "state":
      return `state ${JSON.stringify(entry.data)}`;
    case "event":
      return `event ${entry.eventId} ${entry.verdict}${entry.data?.reason === undefined ? "" : ` · ${entry.data.reason}`}`;
    case "late":
      return `late ${entry.data.event}${entry.data.id === undefined ? "" : ` · ${entry.data.id}`}`;
    case "input":
      if (entry.data.kind === "restart")
        return `restart from entry ${entry.data.origin.seq} of run ${entry.data.origin.runId}`;
      return entry.data.kind === "resume" ? resumeText(entry.data.event) : entry.data.kind;
    default:
      return (entry as { kind: string }).kind; // a kind that a newer server adds
  }
}

function word(status: string): string {
  return lookOf(status).word.toLowerCase();
}

function resumeText(event: unknown): string {
  if (typeof event !== "object" || event === null) return "resume";
  const kind = "kind" in event ? String(event.kind) : "resume";
  return "id" in event && typeof event.id === "string" ? `${kind} · ${event.id}` : kind;
}
