import type { ReactElement } from "react";
import "./live-mark.css";

export type LiveState = "connecting" | "live" | "broken" | "ended";

const words: Record<LiveState, string> = {
  connecting: "connecting",
  live: "live",
  broken: "reconnecting",
  ended: "complete",
};

/** Whether what is shown keeps itself up to date: word, shape and colour. */
export function LiveMark({ state }: { state: LiveState }): ReactElement {
  return (
    <span className="live-mark" data-state={state} role="status">
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
        {state === "live" ? (
          <circle cx="5" cy="5" r="4" fill="currentColor" />
        ) : (
          <circle
            cx="5"
            cy="5"
            r="3.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeDasharray={state === "ended" ? undefined : "2.5 2"}
          />
        )}
      </svg>
      {words[state]}
    </span>
  );
}
