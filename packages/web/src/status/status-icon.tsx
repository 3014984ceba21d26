import type { ReactElement } from "react";
import { lookOf, type StatusShape } from "./status.ts";
import "./status.css";

/** Drawn on a 16 by 16 grid in the colour of the text. Decorative: the word stands beside it or in `title`. */
export function StatusIcon({
  status,
  size = 16,
  title,
}: {
  status: string;
  size?: number;
  title?: string;
}): ReactElement {
  const look = lookOf(status);
  return (
    <svg
      className="status-icon"
      data-tone={look.tone}
      data-shape={look.shape}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      role={title === undefined ? undefined : "img"}
      aria-label={title}
      aria-hidden={title === undefined ? true : undefined}
      focusable="false"
    >
      {shapeOf(look.shape)}
    </svg>
  );
}

function shapeOf(shape: StatusShape): ReactElement {
  switch (shape) {
    case "dashed-ring":
      return (
        <circle
          cx="8"
          cy="8"
          r="6"
          stroke="currentColor"
          strokeWidth="1.75"
          strokeDasharray="2.4 2.31"
          strokeLinecap="butt"
        />
      );
    case "half-disc":
      return (
        <>
          <circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="1.75" />
          <path d="M8 2.6a5.4 5.4 0 0 1 0 10.8Z" fill="currentColor" />
        </>
      );
    case "clock":
      return (
        <>
          <circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="1.75" />
          <path
            d="M8 4.75V8.2l2.3 1.6"
            stroke="currentColor"
            strokeWidth="1.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      );
    case "bars":
      return (
        <>
          <rect x="3.25" y="2.5" width="3.5" height="11" rx="1" fill="currentColor" />
          <rect x="9.25" y="2.5" width="3.5" height="11" rx="1" fill="currentColor" />
        </>
      );
    case "tick-disc":
      return (
        <>
          <circle cx="8" cy="8" r="6.9" fill="currentColor" />
          <path
            d="m4.9 8.3 2.2 2.2 4.1-4.6"
            className="status-cut"
            strokeWidth="1.7"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      );
    case "octagon":
      return (
        <>
          <path d="M5.15 1.1h5.7l4.05 4.05v5.7l-4.05 4.05h-5.7L1.1 10.85v-5.7Z" fill="currentColor" />
          <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" className="status-cut" strokeWidth="1.7" strokeLinecap="round" />
        </>
      );
    case "barred-ring":
      return (
        <>
          <circle cx="8" cy="8" r="5.25" stroke="currentColor" strokeWidth="1.75" />
          <path d="M1 8h14" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
        </>
      );
    case "turning-arrow":
      return (
        <>
          <path d="M13.4 8A5.4 5.4 0 1 1 11.6 4" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />
          <path d="M13.6 1.4v4.2H9.4Z" fill="currentColor" />
        </>
      );
    case "diamond":
      return <path d="m8 2.3 5.7 5.7L8 13.7 2.3 8Z" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" />;
    default:
      return unreachable(shape);
  }
}

function unreachable(shape: never): never {
  throw new Error(`no drawing for ${String(shape)}`);
}

/** A status as everywhere: colour, shape and word. */
export function StatusMark({ status }: { status: string }): ReactElement {
  const look = lookOf(status);
  return (
    <span className="status-mark" data-tone={look.tone}>
      <StatusIcon status={status} />
      <span className="status-word">{look.word}</span>
    </span>
  );
}
