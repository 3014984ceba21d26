import type { DecisionReply } from "@mainspring/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { Sentence } from "../parts/sentence.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import "../run/headline.css";
import "./decisions.css";

/** Why something started or did not, with its evidence. */
export function DecisionLine({
  decision,
  isChosen,
  within,
  onEvent,
  children,
}: {
  decision: DecisionReply;
  isChosen?: boolean;
  /** It stands in what it is about: the schedule or the workflow is not named again. */
  within?: true;
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
          <RunSentence sentence={decision.sentence} runId={runId} />
        </p>
        <p className="muted small">
          <Moment at={decision.decidedAt} />
          {workflow === null || within === true ? null : (
            <>
              {" · "}
              <Link to="/workflows/$key" params={{ key: workflow }}>
                {workflow}
              </Link>
            </>
          )}
          {scheduleId === null || within === true ? null : (
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
        {decision.outcome === "fired" && decision.evidence.length === 0 ? null : <Details decision={decision} />}
        {children}
      </div>
    </li>
  );
}

/** The run that is named in it can be opened. */
function RunSentence({ sentence, runId }: { sentence: string; runId: string | null }): ReactElement {
  const at = runId === null ? -1 : sentence.indexOf(runId);
  if (runId === null || at < 0) return <Sentence text={sentence} />;
  return (
    <>
      <Sentence text={sentence.slice(0, at)} />
      <Link to="/runs/$runId" params={{ runId }} title={runId}>
        #{runId.slice(-6)}
      </Link>
      <Sentence text={sentence.slice(at + runId.length)} />
    </>
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
