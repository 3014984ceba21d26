import type { DecisionReply } from "@mainspring/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import type { ListProps } from "./events-page.tsx";
import { LoadingLines, MoreButton, useTold } from "./list-parts.tsx";
import { decisionsQuery } from "./queries.ts";

/** Why something started, or did not, as it was decided at the time. */
export function DecisionList({ search, onSearch, onState, panelOf }: ListProps): ReactElement {
  const { client } = useSignedIn();
  const list = useInfiniteQuery(decisionsQuery(client, search));
  const decisions = list.data?.pages.flatMap((page) => page.items);
  useTold(list, onState);
  if (decisions === undefined)
    return list.error === null ? (
      <LoadingLines what="decisions" />
    ) : (
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
    );
  return (
    <div className="panel events-panel" aria-busy={list.isPlaceholderData}>
      {decisions.length === 0 ? (
        <Empty title={search.outcome === undefined ? "Nothing was kept from starting" : "No such decision"}>
          Each event, schedule and refused call that starts nothing leaves its reason here.
        </Empty>
      ) : (
        <ul aria-label="Decisions, newest first">
          {decisions.map((decision) => (
            <li key={decision.id} className="decision" data-chosen={isChosen(decision, search.event) ? "" : undefined}>
              <StatusMark status={decision.outcome} />
              <div className="decision-what">
                <p>
                  <Sentence text={decision.sentence} />
                </p>
                <p className="muted small decision-facts">
                  <Moment at={decision.decidedAt} />
                  {decision.workflow === null ? null : ` · ${decision.workflow}`}
                  {decision.runId === null ? null : (
                    <>
                      {" · "}
                      <Link to="/runs/$runId" params={{ runId: decision.runId }}>
                        run #{decision.runId.slice(-6)}
                      </Link>
                    </>
                  )}
                  {decision.eventId === null ? null : (
                    <>
                      {" · "}
                      <button
                        type="button"
                        className="text-button"
                        data-event={decision.eventId}
                        onClick={() => onSearch({ ...search, event: decision.eventId ?? undefined })}
                      >
                        the event
                      </button>
                    </>
                  )}
                </p>
                <Details decision={decision} />
                {decision.eventId === null ? null : panelOf(decision.eventId)}
              </div>
            </li>
          ))}
        </ul>
      )}
      <MoreButton list={list} />
    </div>
  );
}

function isChosen({ eventId }: DecisionReply, chosen: string | undefined): boolean {
  return eventId !== null && eventId === chosen;
}

function Details({ decision: { evidence, remedy } }: { decision: DecisionReply }): ReactElement | null {
  if (evidence.length === 0 && remedy === "") return null;
  return (
    <details className="why-evidence small">
      <summary className="muted">Evidence ({evidence.length}) and what to do</summary>
      {remedy === "" ? null : <p className="decision-remedy">{remedy}</p>}
      <ul>
        {evidence.map((one, index) => (
          <li key={index}>
            <span className="muted">{one.kind}</span> <span>{one.text}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
