import type { InboxEvent } from "@mainspring/api";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { liveRows, type LiveRows } from "../runs/live-rows.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { EventLine } from "./event-line.tsx";
import type { ListProps } from "./events-page.tsx";
import { isFilteredList } from "./events-search.ts";
import { LoadingLines, useTold } from "./list-parts.tsx";
import { eventsQuery } from "./queries.ts";
import "../runs/runs.css";

/** A row of the inbox; `id` is ours. */
interface Row {
  readonly id: string;
  readonly event: InboxEvent;
}

/** A reader further down than this is reading: the list must not move. */
const atTopPx = 60;

/** The inbox, newest first, live: what comes in while one reads is held back. */
export function EventList({ search, onSearch, onState, panelOf }: ListProps): ReactElement {
  const { client } = useSignedIn();
  const list = useInfiniteQuery(eventsQuery(client, search));
  const [view, setView] = useState<LiveRows<Row> | undefined>(undefined);
  const asked = JSON.stringify([search.show, search.name, search.source, search.id, search.status]);
  const viewOf = useRef<string | undefined>(undefined);
  const element = useRef<HTMLUListElement>(null);
  const fresh = useMemo(
    () => list.data?.pages.flatMap((page) => page.items.map((event): Row => ({ id: event.eventId, event }))),
    [list.data],
  );
  const names = useMemo(() => [...new Set(fresh?.map(({ event }) => event.name))].sort(), [fresh]);
  useTold(list, onState, names);

  useLayoutEffect(() => {
    if (fresh === undefined || list.isPlaceholderData) return;
    const another = viewOf.current !== asked;
    viewOf.current = asked;
    const mode = another || !isBeingRead(element.current) ? "follow" : "hold";
    setView((before) => liveRows<Row>(before?.rows ?? [], fresh, mode));
  }, [fresh, asked, list.isPlaceholderData]);

  if (view === undefined)
    return list.error === null ? (
      <LoadingLines what="events" />
    ) : (
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
    );
  return (
    <div className="panel events-panel" aria-busy={list.isPlaceholderData}>
      {view.held > 0 ? (
        <button
          type="button"
          className="runs-held"
          onClick={() => {
            if (fresh !== undefined) setView(liveRows<Row>([], fresh, "follow"));
            window.scrollTo({ top: 0 });
          }}
        >
          {view.held} new {view.held === 1 ? "event" : "events"} — show
        </button>
      ) : null}
      {view.rows.length === 0 ? (
        <NoEvents search={search} onSearch={onSearch} />
      ) : (
        <ul ref={element} aria-label="Events, newest first">
          {view.rows.map(({ id, event, gone }) => (
            <li key={id}>
              <EventLine
                event={event}
                isChosen={id === search.event}
                isGone={gone === true}
                onChoose={() => onSearch({ ...search, event: id })}
              />
              {panelOf(id)}
            </li>
          ))}
        </ul>
      )}
      <MoreButton list={list} />
    </div>
  );
}

function isBeingRead(list: HTMLUListElement | null): boolean {
  if (list === null) return false;
  return window.scrollY > atTopPx || list.contains(document.activeElement) || list.matches(":hover");
}

function NoEvents({ search, onSearch }: Pick<ListProps, "search" | "onSearch">): ReactElement {
  if (isFilteredList(search))
    return (
      <Empty title="No event passes these filters">
        <Button
          variant="default"
          size="xs"
          onClick={() => onSearch(search.show === undefined ? {} : { show: search.show })}
        >
          Clear filters
        </Button>
      </Empty>
    );
  if (search.show === "unmatched")
    return (
      <Empty title="Every event found somebody">
        What no run takes and no trigger starts anything for stands here.
      </Empty>
    );
  return (
    <Empty title="No events yet">
      Send one with <code>mainspring events send</code>, or point a webhook here.
    </Empty>
  );
}
