import type { DeadLetterReply } from "@mainspring/api";
import { isJsonObject } from "@mainspring/core";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/empty.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import type { ListProps } from "./events-page.tsx";
import type { EventsSearch } from "./events-search.ts";
import { LoadingLines, useTold } from "./list-parts.tsx";
import { deadLettersQuery } from "./queries.ts";

/** What was given up: events that could not be routed, and signals that did not reach their run. */
export function DeadLetterList({ search, onSearch, onState, panelOf }: ListProps): ReactElement {
  const { client } = useSignedIn();
  const mayRedeliver = useMay("operator");
  const list = useInfiniteQuery(deadLettersQuery(client, search));
  const [isAsking, setAsking] = useState(false);
  const letters = list.data?.pages.flatMap((page) => page.items);
  useTold(list, onState);
  if (letters === undefined)
    return list.error === null ? (
      <LoadingLines what="dead letters" />
    ) : (
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
    );
  return (
    <div className="panel events-panel" aria-busy={list.isPlaceholderData}>
      {letters.length === 0 ? (
        <Empty
          title={
            search.name === undefined && search.source === undefined
              ? "Nothing was given up"
              : "No dead letter passes these filters"
          }
        >
          An event that fails again and again ends up here, and can be redelivered.
        </Empty>
      ) : (
        <>
          <div className="events-head">
            <span className="muted small">The last given up first</span>
            {mayRedeliver ? (
              <Button size="xs" variant="default" onClick={() => setAsking(true)}>
                Redeliver all…
              </Button>
            ) : null}
          </div>
          <ul aria-label="Dead letters, the last given up first">
            {letters.map((letter) => (
              <li key={`${letter.kind} ${letter.id}`}>
                <DeadLetterLine
                  letter={letter}
                  isChosen={letter.eventId === search.event}
                  onChoose={() => onSearch({ ...search, event: letter.eventId })}
                />
                {panelOf(letter.eventId)}
              </li>
            ))}
          </ul>
        </>
      )}
      <MoreButton list={list} />
      {isAsking ? <RedeliverAll search={search} onClose={() => setAsking(false)} /> : null}
    </div>
  );
}

function DeadLetterLine({
  letter,
  isChosen,
  onChoose,
}: {
  letter: DeadLetterReply;
  isChosen: boolean;
  onChoose: () => void;
}): ReactElement {
  const error = isJsonObject(letter.error) ? letter.error : {};
  const code = typeof error["code"] === "string" ? error["code"] : "no code";
  const message = typeof error["message"] === "string" ? error["message"] : "";
  return (
    <button
      type="button"
      className="event-line"
      data-event={letter.eventId}
      aria-current={isChosen ? "true" : undefined}
      onClick={onChoose}
    >
      <StatusMark status="dead" />
      <span className="event-line-became small muted">
        {letter.attempts === 1 ? "1 try" : `${letter.attempts} tries`}
      </span>
      <span className="event-line-name">{letter.name}</span>
      <span className="event-line-key">
        {letter.kind === "delivery" ? "signal to a run · " : ""}
        <code>{code}</code> {message}
      </span>
      <span className="event-line-source muted small">
        {letter.source} <span className="event-line-id">{letter.producerId}</span>
        {letter.redeliverable ? null : " · was never an event"}
      </span>
      <span className="event-line-when muted small">
        <Moment at={letter.deadAt} />
      </span>
    </button>
  );
}

/** Counts first; the number that is confirmed is the one that is shown. */
function RedeliverAll({ search, onClose }: { search: EventsSearch; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const filter = {
    ...(search.name === undefined ? {} : { name: search.name }),
    ...(search.source === undefined ? {} : { source: search.source }),
  };
  const plan = useQuery({
    queryKey: ["dead-letters", "plan", filter],
    queryFn: ({ signal }) => client.deadLetters.redeliver({ body: { filter, dryRun: true }, signal }),
    staleTime: 0,
    gcTime: 0,
  });
  const act = useMutation({
    mutationFn: () => client.deadLetters.redeliver({ body: { filter, dryRun: false } }),
    onSettled: () => {
      for (const queryKey of [["dead-letters"], ["events"], ["event"]]) void queries.invalidateQueries({ queryKey });
    },
  });
  return (
    <Dialog title="Redeliver dead letters" onClose={onClose}>
      {act.data !== undefined ? (
        <p role="status">
          {act.data.redelivered === 1 ? "1 event is" : `${act.data.redelivered} events are`} redelivered
          {act.data.skipped === 0 ? "" : `, ${act.data.skipped} cannot be`}.
          {act.data.more ? " There are more: redeliver again." : ""}
        </p>
      ) : plan.error !== null ? (
        <ProblemNotice error={plan.error} />
      ) : (
        <p>
          {plan.data === undefined
            ? "Counting …"
            : `${plan.data.matched === 1 ? "1 event" : `${plan.data.matched} events`} would be routed again${
                plan.data.skipped === 0 ? "" : `; ${plan.data.skipped} of them cannot be, since they never were events`
              }. What a run was told, and what a trigger decided, stays.`}
        </p>
      )}
      {act.error === null ? null : <ProblemNotice error={act.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {act.data !== undefined && !act.data.more ? null : (
          <Button
            loading={act.isPending}
            disabled={plan.data === undefined || plan.data.matched === plan.data.skipped}
            onClick={() => act.mutate()}
          >
            Redeliver
          </Button>
        )}
      </div>
    </Dialog>
  );
}
