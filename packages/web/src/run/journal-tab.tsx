import type { JournalEntry } from "@mainspring/core";
import { useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { dayText, exactTime } from "../time/time.ts";
import { entryText } from "./entry-text.ts";
import "./journal.css";

const shownAtFirst = 300;

/** The run in its own words, newest first. */
export function JournalTab({ entries, legacy }: { entries: readonly JournalEntry[]; legacy: boolean }): ReactElement {
  const [shownMax, setShownMax] = useState(shownAtFirst);
  if (entries.length === 0)
    return <Empty title={legacy ? "The engine that ran it kept no journal" : "Nothing is written yet"} />;
  const newestFirst = entries.slice(-shownMax).reverse();
  return (
    <div className="journal panel">
      <ol aria-label="Journal, newest entry first" reversed>
        {newestFirst.map((entry, index) => (
          <JournalLine
            key={entry.seq}
            entry={entry}
            day={dayOf(entry) === dayOf(newestFirst[index - 1]) ? undefined : dayOf(entry)}
          />
        ))}
      </ol>
      {entries.length > newestFirst.length ? (
        <button type="button" className="runs-held" onClick={() => setShownMax((max) => max + 1_000)}>
          {entries.length - newestFirst.length} earlier entries — show
        </button>
      ) : null}
    </div>
  );
}

function dayOf(entry: JournalEntry | undefined): string | undefined {
  return entry === undefined ? undefined : dayText(entry.at);
}

function JournalLine({
  entry,
  day,
}: {
  entry: JournalEntry;
  /** Said above it, where the entry above is of another day. */
  day: string | undefined;
}): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const status = "status" in entry ? entry.status : undefined;
  return (
    <li className="journal-entry">
      {day === undefined ? null : <p className="journal-day muted small">{day}</p>}
      <button type="button" className="journal-line" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="journal-seq muted">{entry.seq}</span>
        <time className="journal-at muted" dateTime={entry.at} title={exactTime(entry.at)}>
          {exactTime(entry.at).split(", ")[1]?.split(" ")[0]}
        </time>
        <span className="journal-kind muted">{entry.kind}</span>
        <span className="journal-icon">{status === undefined ? null : <StatusIcon status={status} size={14} />}</span>
        <span className="journal-text">{entryText(entry)}</span>
      </button>
      {isOpen ? <JsonView value={JSON.parse(JSON.stringify(entry))} label={`entry ${entry.seq}`} /> : null}
    </li>
  );
}
