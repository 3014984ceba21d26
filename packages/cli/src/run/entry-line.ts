import type { JournalEntry } from "@mainspring/core";
import type { Paint } from "../output/paint.ts";
import { columnsOf, cut, printable, printableValue } from "../output/printable.ts";
import { statusSign } from "../output/status.ts";
import { durationText } from "../output/times.ts";

export interface EntryLineOptions {
  readonly paint: Paint;
  /** When the run began; times are shown from then on. */
  readonly sinceMs: number;
}

const nameColumns = 26;
const valueColumns = 80;

/** One line for people about an entry of the journal; undefined for entries that only the engine needs. */
export function entryLine(entry: JournalEntry, options: EntryLineOptions): string | undefined {
  switch (entry.kind) {
    case "step": {
      if (entry.status === "WAITING") return undefined; // its wait has said so
      const { type, attempt = 1, error } = entry.data ?? {};
      const name = placeName(entry) + (attempt > 1 ? ` (attempt ${attempt})` : "");
      const what =
        error === undefined ? (entry.status === "RUNNING" ? (type ?? "") : "") : `${error.code}: ${error.message}`;
      return line(entry, options, entry.status, name, what);
    }
    case "wait": {
      const { event, key, timeoutAt, title, resolvedBy, payload } = entry.data ?? {};
      if (entry.status === "CANCELED")
        return line(entry, options, "CANCELED", placeName(entry), `no longer waits (${resolvedBy ?? "cancel"})`);
      if (entry.status === "RESOLVED") {
        const brought = payload === undefined ? "" : ` ${cut(printableValue(payload), valueColumns)}`;
        return line(entry, options, "RESOLVED", placeName(entry), `came: ${resolvedBy ?? "it"}${brought}`);
      }
      const what =
        entry.waitType === "human"
          ? `asks ${printable(title ?? "")}: task ${key ?? ""}`
          : entry.waitType === "event"
            ? `waits for event ${event ?? ""} with key ${key ?? ""}`
            : `waits until ${timeoutAt ?? "it is time"}`;
      return line(entry, options, "WAITING", placeName(entry), what);
    }
    case "run": {
      const error = entry.data?.error;
      return line(
        entry,
        options,
        entry.status,
        "run",
        error === undefined ? entry.status : `${entry.status} ${error.code}: ${error.message}`,
      );
    }
    case "state":
      return line(entry, options, "", "state", cut(printableValue(entry.data), valueColumns));
    case "input":
    case "event":
    case "late":
      return undefined;
    default:
      return undefined; // a kind that a newer server adds
  }
}

/** `labels.label[2]`: a step's id with its turns of the loops around it. */
export function placeName({
  stepId,
  iteration,
}: {
  readonly stepId: string;
  readonly iteration: readonly number[];
}): string {
  return iteration.length === 0 ? stepId : `${stepId}[${iteration.join("][")}]`;
}

function line(
  { at }: JournalEntry,
  { paint, sinceMs }: EntryLineOptions,
  status: string,
  name: string,
  what: string,
): string {
  const after = durationText(Date.parse(at) - sinceMs).padStart(9);
  const shownName = printable(name);
  const padding = " ".repeat(Math.max(0, nameColumns - columnsOf(shownName)));
  return `${paint("dim", after)}  ${statusSign(status, paint)} ${shownName}${padding}  ${printable(what)}`.trimEnd();
}
