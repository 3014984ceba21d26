import { eventStatuses } from "@mainspring/api";
import { decisionOutcomes } from "@mainspring/core";
import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { StatusChips, ViewChips } from "../parts/chips.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { lookOf } from "../status/status.ts";
import {
  eventViews,
  readEventsSearch,
  toggledEventStatus,
  type EventsSearch,
  type EventView,
} from "./events-search.ts";

const typingPauseMs = 300;

const viewNames: Record<EventView, string> = {
  all: "All",
  unmatched: "Unmatched",
  dead: "Dead letters",
  decisions: "Decisions",
};

/** Which events: the view, then what narrows it. */
export function EventFilters({
  search,
  names,
  onSearch,
}: {
  search: EventsSearch;
  /** Offered while a name is typed. */
  names: readonly string[];
  onSearch: (next: EventsSearch) => void;
}): ReactElement {
  const view = search.show ?? "all";
  const { name, source } = search;
  return (
    <search className="event-filters" aria-label="Filter events">
      <div className="event-filters-row">
        <ViewChips
          label="Which events"
          views={eventViews}
          names={viewNames}
          shown={view}
          onShow={(each) =>
            onSearch({
              ...(each === "all" ? {} : { show: each }),
              ...(name === undefined || each === "decisions" ? {} : { name }),
              ...(source === undefined ? {} : { source }),
            })
          }
        />
        {view === "decisions" ? null : (
          <FilterText
            field="name"
            label="Name"
            hint="Name ( / )"
            search={search}
            onSearch={onSearch}
            offers={names}
            first
          />
        )}
        <FilterText field="source" label="Source" hint="Source" search={search} onSearch={onSearch} />
        {view === "dead" ? null : (
          <FilterText field="id" label="Producer’s id" hint="Producer’s id" search={search} onSearch={onSearch} />
        )}
        {view === "decisions" ? <OfWorkflow search={search} onSearch={onSearch} /> : null}
        {view === "decisions" && search.schedule !== undefined ? (
          <button
            type="button"
            className="status-chip event-of"
            aria-pressed="true"
            onClick={() => onSearch({ ...search, schedule: undefined })}
          >
            of one schedule <span aria-hidden="true">×</span>
          </button>
        ) : null}
        {view === "decisions" ? (
          <NativeSelect
            aria-label="Outcome"
            size="xs"
            value={search.outcome ?? ""}
            onChange={(event) =>
              onSearch(readEventsSearch({ ...search, event: undefined, outcome: event.currentTarget.value }))
            }
            data={[
              { value: "", label: "Everything that started nothing" },
              ...decisionOutcomes.map((each) => ({ value: each, label: lookOf(each).word })),
            ]}
          />
        ) : null}
      </div>
      {view === "all" ? (
        <StatusChips
          statuses={eventStatuses}
          chosen={search.status}
          onToggle={(status) => onSearch(toggledEventStatus(search, status))}
        />
      ) : null}
    </search>
  );
}

function OfWorkflow({
  search,
  onSearch,
}: {
  search: EventsSearch;
  onSearch: (next: EventsSearch) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const workflows = useQuery(workflowsQuery(client));
  const keys = (workflows.data ?? []).map(({ key }) => key);
  const { workflow } = search;
  return (
    <NativeSelect
      aria-label="Workflow"
      size="xs"
      value={workflow ?? ""}
      onChange={(event) =>
        onSearch(readEventsSearch({ ...search, event: undefined, workflow: event.currentTarget.value }))
      }
      data={[
        { value: "", label: "All workflows" },
        ...(workflow === undefined || keys.includes(workflow) ? keys : [workflow, ...keys]),
      ]}
    />
  );
}

function FilterText({
  field,
  label,
  hint,
  search,
  onSearch,
  offers,
  first,
}: {
  field: "name" | "source" | "id";
  label: string;
  hint: string;
  search: EventsSearch;
  onSearch: (next: EventsSearch) => void;
  offers?: readonly string[];
  /** The one that `/` goes to. */
  first?: true;
}): ReactElement {
  const held = search[field] ?? "";
  const [text, setText] = useState(held);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ search, onSearch });
  useEffect(() => {
    latest.current = { search, onSearch };
  });
  // The address may change without us, as by the browser's Back.
  useEffect(() => setText((typed) => (typed.trim() === held ? typed : held)), [held]);
  useEffect(() => {
    const next = text.trim();
    if (next === (latest.current.search[field] ?? "")) return;
    const timer = setTimeout(
      () => latest.current.onSearch({ ...latest.current.search, [field]: next === "" ? undefined : next }),
      typingPauseMs,
    );
    return () => clearTimeout(timer);
  }, [text, field]);
  useKeys(first === true ? { "/": () => input.current?.select() } : {});
  const listId = `event-${field}-offers`;
  return (
    <>
      <TextInput
        ref={input}
        size="xs"
        className="event-filter-text"
        aria-label={label}
        placeholder={hint}
        value={text}
        maxLength={200}
        list={offers === undefined ? undefined : listId}
        autoComplete="off"
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setText("");
          input.current?.blur();
        }}
      />
      {offers === undefined ? null : (
        <datalist id={listId}>
          {offers.map((offer) => (
            <option key={offer} value={offer} />
          ))}
        </datalist>
      )}
    </>
  );
}
