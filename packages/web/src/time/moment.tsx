import type { ReactElement } from "react";
import { durationText, exactTime, growingText, relativeTime } from "./time.ts";
import { useNow } from "./use-now.ts";

/** A relative time, with the exact one on hover. */
export function Moment({ at }: { at: string }): ReactElement {
  const now = useNow();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

/** How long something took, or takes so far. */
export function Span({ from, to }: { from: string; to: string | null | undefined }): ReactElement {
  return to === null || to === undefined ? (
    <GrowingSpan from={from} />
  ) : (
    <span className="span">{durationText(Date.parse(to) - Date.parse(from))}</span>
  );
}

function GrowingSpan({ from }: { from: string }): ReactElement {
  const now = useNow();
  return <span className="span">{growingText(now - Date.parse(from))}</span>;
}
