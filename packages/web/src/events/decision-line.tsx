import type { DecisionReply } from "@mainspring/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { Sentence } from "../parts/sentence.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import "./decisions.css";

/** Why something started or did not, with its evidence. */
export function DecisionLine({
  decision,
  isChosen,
  onEvent,
  children,
}: {
  decision: DecisionReply;
  isChosen?: boolean;
  /** Shows the event beside the list; left out: it is opened on the page of events. */
  onEvent?: (eventId: string) => void;
  children?: ReactNode;
}): ReactElement {
  const { eventId, scheduleId, workflow, runId } = decision;
  return (
    <li className="decision" data-chosen={isChosen === true ? "" : undefined}>
      <StatusMark status={decision.outcome} />
      <div className="decision-what">
        <p>
          <Sentence text={decision.sentence} />
        </p>
        <p className="muted small decision-facts">
          <Moment at={decision.decidedAt} />
          {workflow === null ? null : (
            <>
              {" · "}
              <Link to="/workflows/$key" params={{ key: workflow }}>
                {workflow}
              </Link>
            </>
          )}
          {runId === null ? null : (
            <>
              {" · "}
              <Link to="/runs/$runId" params={{ runId }}>
                run #{runId.slice(-6)}
              </Link>
            </>
          )}
          {scheduleId === null ? null : (
            <>
              {" · "}
              <Link to="/schedules" search={{ schedule: scheduleId }}>
                the schedule
              </Link>
            </>
          )}
          {eventId === null ? null : onEvent === undefined ? (
            <>
              {" · "}
              <Link to="/events" search={{ event: eventId }}>
                the event
              </Link>
            </>
          ) : (
            <>
              {" · "}
              <button type="button" className="text-button" data-event={eventId} onClick={() => onEvent(eventId)}>
                the event
              </button>
            </>
          )}
        </p>
        <Details decision={decision} />
        {children}
      </div>
    </li>
  );
}

function Details({ decision: { evidence, remedy } }: { decision: DecisionReply }): ReactElement | null {
  if (evidence.length === 0 && remedy === "") return null;
  const parts = [
    ...(evidence.length === 0 ? [] : [`Evidence (${evidence.length})`]),
    ...(remedy === "" ? [] : [evidence.length === 0 ? "What to do" : "what to do"]),
  ];
  return (
    <details className="why-evidence small">
      <summary className="muted">{parts.join(" and ")}</summary>
      {remedy === "" ? null : (
        <p className="decision-remedy">
          <Sentence text={remedy} />
        </p>
      )}
      {evidence.length === 0 ? null : (
        <ul>
          {evidence.map((one, index) => (
            <li key={index}>
              <span className="muted">{one.kind}</span> <span>{one.text}</span>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
