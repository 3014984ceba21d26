import { Skeleton } from "@mantine/core";
import { useEffect, type ReactElement } from "react";
import type { LiveState } from "../parts/live-mark.tsx";

interface ReadList {
  readonly error: unknown;
  readonly failureCount: number;
  readonly data: unknown;
}

export function liveStateOf({ error, failureCount, data }: ReadList): LiveState {
  return error !== null || failureCount > 0 ? "broken" : data === undefined ? "connecting" : "live";
}

/** Tells the page how its list stands. */
export function useTold(
  list: ReadList,
  onState: (state: LiveState, names?: readonly string[]) => void,
  names?: readonly string[],
): void {
  const state = liveStateOf(list);
  const seen = names?.join("\n");
  useEffect(() => {
    onState(state, seen === undefined || seen === "" ? undefined : seen.split("\n"));
    // Told when what is told has changed, not whenever the page is drawn.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [state, seen]);
}

export function LoadingLines({ what }: { what: string }): ReactElement {
  return (
    <div className="panel" role="status">
      <span className="visually-hidden">Loading {what}</span>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="event-line" aria-hidden="true">
          <Skeleton height={12} width={84} />
          <Skeleton height={12} width={170} />
        </div>
      ))}
    </div>
  );
}
