import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { shortId } from "../parts/copy-id.tsx";
import { Empty } from "../parts/empty.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment, Span } from "../time/moment.tsx";
import { useNow } from "../time/use-now.ts";
import { stepTitle, type WaitView } from "./fold-journal.ts";
import { waitText } from "./headline.ts";
import "./waits.css";

/** What the run waits for and has waited for. */
export function WaitsTab({ waits }: { waits: readonly WaitView[] }): ReactElement {
  const now = useNow();
  if (waits.length === 0) return <Empty title="This run has waited for nothing so far" />;
  return (
    <ol className="waits panel" aria-label="Waits in the order of their opening">
      {waits.map((wait) => (
        <li key={wait.waitId} className="wait">
          <StatusMark status={wait.status} />
          <div className="wait-what">
            <p>
              <Sentence
                text={`\`${stepTitle(wait)}\` ${wait.status === "WAITING" ? waitText(wait, now) : waitText(wait, now).replace("waits", "waited").replace("sleeps", "slept")}`}
              />
            </p>
            {wait.filters === undefined || wait.filters.length === 0 ? null : (
              <ul className="wait-filters small">
                {wait.filters.map((filter, index) => (
                  <li key={index}>
                    <code>
                      {filter.path} {filter.op} {filter.value === undefined ? "" : JSON.stringify(filter.value)}
                    </code>
                  </li>
                ))}
              </ul>
            )}
            <p className="muted small">
              opened <Moment at={wait.openedAt} />
              {wait.closedAt === undefined ? null : (
                <>
                  , ended by {endWord(wait.resolvedBy)} after <Span from={wait.openedAt} to={wait.closedAt} />
                </>
              )}
              {wait.eventId === undefined ? null : (
                <>
                  {" "}
                  with event <EventName id={wait.eventId} />
                </>
              )}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** An event of the inbox leads to its page; one that came past it has nothing but its sender's id. */
function EventName({ id }: { id: string }): ReactElement {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return <code>{id}</code>;
  return (
    <Link to="/events" search={{ event: id }} className="unbroken">
      #{shortId(id)}
    </Link>
  );
}

function endWord(resolvedBy: WaitView["resolvedBy"]): string {
  switch (resolvedBy) {
    case "event":
      return "an event";
    case "answer":
      return "an answer";
    case "child":
      return "the end of that run";
    case "quota":
      return "room in the quota";
    case "time":
      return "its time";
    case "timeout":
      return "its time limit";
    case "cancel":
      return "a cancel";
    case "end":
    case undefined:
      return "the run's end";
    default:
      return resolvedBy;
  }
}
