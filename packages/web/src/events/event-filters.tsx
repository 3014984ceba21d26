import { eventStatuses } from "@mainspring/api";
import { decisionOutcomes } from "@mainspring/core";
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { StatusChips, ViewChips } from "../parts/chips.tsx";
import { FilterText } from "../parts/filter-text.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { lookOf } from "../status/status.ts";
import {
  eventViews,
  readEventsSearch,
  textMax,
  toggledEventStatus,
  type EventsSearch,
  type EventView,
} from "./events-search.ts";

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
            label="Name"
            hint="Name ( / )"
            value={name}
            maxLength={textMax}
            onChange={(next) => onSearch({ ...search, name: next })}
            offers={names}
            isFirst
          />
        )}
        <FilterText
          label="Source"
          hint="Source"
          value={source}
          maxLength={textMax}
          onChange={(next) => onSearch({ ...search, source: next })}
        />
        {view === "dead" ? null : (
          <FilterText
            label="Producer’s id"
            hint="Producer’s id"
            value={search.id}
            maxLength={textMax}
            onChange={(next) => onSearch({ ...search, id: next })}
          />
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
