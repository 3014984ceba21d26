import type { InboxEvent } from "@mainspring/api";
import type { ReactElement } from "react";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import { becameText } from "./became-text.ts";

/** One event in the list: what it is, for whom, from where, and how far it has come. */
export function EventLine({
  event,
  isChosen,
  isGone,
  onChoose,
}: {
  event: InboxEvent;
  isChosen: boolean;
  /** It was in the list and no longer passes its filters. */
  isGone: boolean;
  onChoose: () => void;
}): ReactElement {
  return (
    <button
      type="button"
      className="event-line"
      data-event={event.eventId}
      data-gone={isGone ? "" : undefined}
      aria-current={isChosen ? "true" : undefined}
      onClick={onChoose}
    >
      <StatusMark status={event.status} />
      <span className="event-line-became small muted">{becameText(event)}</span>
      <span className="event-line-name">{event.name}</span>
      <span className="event-line-key">
        {event.correlationKey === null ? (
          <span className="muted">no key</span>
        ) : (
          <>
            <span className="muted">key</span> {event.correlationKey}
          </>
        )}
      </span>
      <span className="event-line-source muted small">
        {event.source} <span className="event-line-id">{event.id}</span>
      </span>
      <span className="event-line-when muted small">
        <Moment at={event.receivedAt} />
      </span>
    </button>
  );
}
