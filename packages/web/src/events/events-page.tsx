import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useRef, useState, type ReactElement, type ReactNode } from "react";
import { useKeys } from "../app/use-keys.ts";
import { useTitle } from "../app/use-title.ts";
import { LiveMark, type LiveState } from "../parts/live-mark.tsx";
import { useMay } from "../session/use-session.tsx";
import { DeadLetterList } from "./dead-letter-list.tsx";
import { DecisionList } from "./decision-list.tsx";
import { EventFilters } from "./event-filters.tsx";
import { EventList } from "./event-list.tsx";
import { EventPanel } from "./event-panel.tsx";
import type { EventsSearch } from "./events-search.ts";
import { SendEventDialog } from "./send-event-dialog.tsx";
import "./events.css";

/** What lists of this page are given. */
export interface ListProps {
  readonly search: EventsSearch;
  readonly onSearch: (next: EventsSearch) => void;
  /** Tells how the list stands with the server, and which names are in it. */
  readonly onState: (state: LiveState, names?: readonly string[]) => void;
  /** The panel of the chosen event, for narrow pages, where it stands in the list. */
  readonly panelOf: (event: string) => ReactNode;
}

/** What came in, what became of it, and why nothing did. */
export function EventsPage({
  search,
  onSearch,
}: {
  search: EventsSearch;
  onSearch: (next: EventsSearch) => void;
}): ReactElement {
  useTitle("Events");
  const maySend = useMay("operator");
  const [isSending, setSending] = useState(false);
  const isWide = useMediaQuery("(min-width: 1000px)", true, { getInitialValueInEffect: false });
  const [state, setState] = useState<LiveState>("connecting");
  const [names, setNames] = useState<readonly string[]>([]);
  const list = useRef<HTMLDivElement>(null);

  function move(by: 1 | -1): void {
    const lines = [...(list.current?.querySelectorAll<HTMLElement>("[data-event]") ?? [])];
    const at = lines.findIndex((line) => line.dataset["event"] === search.event);
    const next = lines[at < 0 ? (by === 1 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    onSearch({ ...search, event: next.dataset["event"] });
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Escape: () => onSearch({ ...search, event: undefined }),
  });

  const props: ListProps = {
    search,
    onSearch,
    onState(next, seen) {
      setState(next);
      if (seen !== undefined) setNames((before) => (seen.join("\n") === before.join("\n") ? before : seen));
    },
    panelOf: (event) => (!isWide && event === search.event ? <EventPanel key={event} id={event} /> : null),
  };
  const view = search.show ?? "all";
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Events</h1>
        <span className="page-head-end">
          <LiveMark state={state} />
          {maySend ? (
            <Button size="xs" variant="default" onClick={() => setSending(true)}>
              Send an event…
            </Button>
          ) : null}
        </span>
      </div>
      <EventFilters search={search} names={names} onSearch={onSearch} />
      <div className="events" data-with-panel={isWide && search.event !== undefined ? "" : undefined}>
        <div className="events-list" ref={list}>
          {view === "dead" ? (
            <DeadLetterList {...props} />
          ) : view === "decisions" ? (
            <DecisionList {...props} />
          ) : (
            <EventList key={view} {...props} />
          )}
        </div>
        {isWide && search.event !== undefined ? (
          <div className="events-chosen panel">
            <EventPanel key={search.event} id={search.event} />
          </div>
        ) : null}
      </div>
      {isSending ? <SendEventDialog onClose={() => setSending(false)} /> : null}
    </main>
  );
}
