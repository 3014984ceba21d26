import type { ReactElement } from "react";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import "./chips.css";

/** One of several views is shown: which one, and the others. */
export function ViewChips<View extends string>({
  label,
  views,
  names,
  shown,
  onShow,
}: {
  /** What there are several views of: `Which tasks`. */
  label: string;
  views: readonly View[];
  names: { readonly [view in View]: string };
  shown: View;
  onShow: (view: View) => void;
}): ReactElement {
  return (
    <div className="status-chips view-chips" role="group" aria-label={label}>
      {views.map((view) => (
        <button
          key={view}
          type="button"
          className="status-chip"
          aria-pressed={view === shown}
          onClick={() => onShow(view)}
        >
          {names[view]}
        </button>
      ))}
    </div>
  );
}

/** Statuses to filter by, each on or off. */
export function StatusChips<Status extends string>({
  statuses,
  chosen,
  counts,
  onToggle,
}: {
  statuses: readonly Status[];
  /** Undefined: none is chosen, and all are shown. */
  chosen: readonly Status[] | undefined;
  /** How many there are of each; "unknown" keeps the room for it. */
  counts?: { readonly [status in Status]: number } | "unknown";
  onToggle: (status: Status) => void;
}): ReactElement {
  return (
    <div className="status-chips" role="group" aria-label="Status">
      {statuses.map((status) => (
        <button
          key={status}
          type="button"
          className="status-chip"
          data-tone={lookOf(status).tone}
          aria-pressed={chosen?.includes(status) ?? false}
          onClick={() => onToggle(status)}
        >
          <StatusIcon status={status} size={14} />
          {lookOf(status).word}
          {counts === undefined ? null : (
            <span className="chip-count">{counts === "unknown" ? "" : counts[status].toLocaleString("en")}</span>
          )}
        </button>
      ))}
    </div>
  );
}
