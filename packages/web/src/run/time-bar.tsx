import type { JournalEntry } from "@mainspring/core";
import { useId, type ReactElement } from "react";
import { useKeys } from "../app/use-keys.ts";
import { exactTime } from "../time/time.ts";
import { entryText } from "./entry-text.ts";
import "./time-bar.css";

interface TimeBarProps {
  readonly entries: readonly JournalEntry[];
  /** `seq` of the moment that is shown; undefined: now. */
  readonly at: number | undefined;
  readonly onMove: (at: number | undefined) => void;
}

/** Goes back and forth over the entries of a run's journal; the page shows the run as it was then. */
export function TimeBar({ entries, at, onMove }: TimeBarProps): ReactElement {
  const id = useId();
  const last = entries.at(-1)?.seq ?? 0;
  const shown = at === undefined ? last : Math.min(at, last);
  const entry = entries[shown - 1];

  function moveTo(seq: number): void {
    if (last === 0) return;
    onMove(seq >= last ? undefined : Math.max(1, seq));
  }
  useKeys({ "[": () => moveTo(shown - 1), "]": () => moveTo(shown + 1) });

  return (
    <div className="time-travel" role="group" aria-label="Time travel" data-past={at !== undefined}>
      <div className="time-bar">
        <label htmlFor={id} className="muted small">
          time
        </label>
        <button
          type="button"
          className="time-bar-step"
          aria-label="One entry back"
          title="One entry back ( [ )"
          disabled={shown <= 1}
          onClick={() => moveTo(shown - 1)}
        >
          ‹
        </button>
        <input
          id={id}
          type="range"
          min={1}
          max={Math.max(1, last)}
          value={Math.max(1, shown)}
          disabled={last < 2}
          aria-valuetext={entry === undefined ? "no entry yet" : `entry ${shown} of ${last}, ${exactTime(entry.at)}`}
          onChange={(event) => moveTo(Number(event.currentTarget.value))}
        />
        <button
          type="button"
          className="time-bar-step"
          aria-label="One entry on"
          title="One entry on ( ] )"
          disabled={at === undefined}
          onClick={() => moveTo(shown + 1)}
        >
          ›
        </button>
        <span className="time-bar-where small muted">
          entry <span className="time-bar-seq">{shown}</span> of {last}
        </span>
        <button
          type="button"
          className="time-bar-now small"
          disabled={at === undefined}
          onClick={() => onMove(undefined)}
        >
          Now
        </button>
      </div>
      {at === undefined || entry === undefined ? null : (
        <p className="time-bar-moment" role="status">
          Steps, waits and data as they were at <time dateTime={entry.at}>{exactTime(entry.at)}</time>:{" "}
          <code>{entryText(entry)}</code>
        </p>
      )}
    </div>
  );
}
