import type { DecisionReply } from "@mainspring/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { DecisionLine } from "./decision-line.tsx";
import type { ListProps } from "./events-page.tsx";
import { LoadingLines, useTold } from "./list-parts.tsx";
import { isFilteredList } from "./events-search.ts";
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
        <Empty title={isFilteredList(search) ? "No such decision" : "Nothing was kept from starting"}>
          Each event, schedule and refused call that starts nothing leaves its reason here.
        </Empty>
      ) : (
        <ul aria-label="Decisions, newest first">
          {decisions.map((decision) => (
            <DecisionLine
              key={decision.id}
              decision={decision}
              isChosen={isChosen(decision, search.event)}
              onEvent={(event) => onSearch({ ...search, event })}
            >
              {decision.eventId === null ? null : panelOf(decision.eventId)}
            </DecisionLine>
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
