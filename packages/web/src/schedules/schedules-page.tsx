import type { ScheduleReply } from "@mainspring/api";
import { Button, NativeSelect, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useRef, useState, type ReactElement } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { useTitle } from "../app/use-title.ts";
import { ViewChips } from "../parts/chips.tsx";
import { Empty } from "../parts/empty.tsx";
import { LiveMark } from "../parts/live-mark.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useListKeys } from "../parts/use-list-keys.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { lookOf } from "../status/status.ts";
import { AgendaView } from "./agenda-view.tsx";
import { scheduleQuery, schedulesQuery } from "./queries.ts";
import { ScheduleForm } from "./schedule-form.tsx";
import { ScheduleLine } from "./schedule-line.tsx";
import { scheduleStates, type ScheduleStateWord, type SchedulesSearch } from "./schedules-search.ts";
import { StateDialog } from "./state-dialog.tsx";
import "./schedules.css";

/** What starts runs by time, how it stands, and when it fires next. */
export function SchedulesPage({
  search,
  onSearch,
}: {
  search: SchedulesSearch;
  onSearch: (next: SchedulesSearch) => void;
}): ReactElement {
  useTitle("Schedules");
  const { client } = useSignedIn();
  const [mayPause, mayWrite] = [useMay("operator"), useMay("author")];
  const schedules = useInfiniteQuery(schedulesQuery(client, search));
  const items = schedules.data?.pages.flatMap((page) => page.items);
  const [asked, setAsked] = useState<ScheduleReply>();
  const list = useListKeys<HTMLUListElement>();
  const isBroken = schedules.error !== null || schedules.failureCount > 0;

  // An address may name one that is not among those that are shown: an older one, or one that other filters hide.
  const isElsewhere = search.schedule !== undefined && items?.every(({ id }) => id !== search.schedule) === true;
  const elsewhere = useQuery({ ...scheduleQuery(client, search.schedule ?? ""), enabled: isElsewhere });
  const shown = isElsewhere && elsewhere.data !== undefined ? [elsewhere.data, ...(items ?? [])] : items;
  const open = shown?.find(({ id }) => id === search.schedule);
  const create = (): void => onSearch({ ...search, form: "new" });
  const closeForm = (): void => onSearch({ ...search, form: undefined });

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Schedules</h1>
        <span className="page-head-end">
          <LiveMark state={isBroken ? "broken" : schedules.data === undefined ? "connecting" : "live"} />
          {mayWrite ? (
            <Button size="xs" onClick={create}>
              New schedule…
            </Button>
          ) : null}
        </span>
      </div>
      <Filters search={search} onSearch={onSearch} />
      {mayPause ? null : (
        <p className="muted small schedules-role">Your key may look at schedules and not change them.</p>
      )}
      {isElsewhere && elsewhere.error !== null ? <ProblemNotice error={elsewhere.error} /> : null}
      {schedules.error !== null && items === undefined ? (
        <ProblemNotice error={schedules.error} onRetry={() => void schedules.refetch()} />
      ) : shown === undefined ? (
        <div className="panel" role="status">
          <span className="visually-hidden">Loading schedules</span>
          <Skeleton height={200} />
        </div>
      ) : (
        <div className="panel" aria-busy={schedules.isPlaceholderData}>
          {shown.length === 0 ? (
            <NoSchedules search={search} onAll={() => onSearch({})} onCreate={mayWrite ? create : undefined} />
          ) : search.by === "day" ? (
            <AgendaView schedules={shown} onOpen={(schedule) => onSearch({ ...search, by: undefined, schedule })} />
          ) : (
            <ul ref={list} className="schedules" aria-label="Schedules, newest first">
              {shown.map((schedule) => (
                <ScheduleLine
                  key={schedule.id}
                  schedule={schedule}
                  isOpen={schedule.id === search.schedule}
                  onOpen={(isOpen) => onSearch({ ...search, schedule: isOpen ? schedule.id : undefined })}
                  onState={mayPause ? () => setAsked(schedule) : undefined}
                  onEdit={() => onSearch({ ...search, schedule: schedule.id, form: "edit" })}
                />
              ))}
            </ul>
          )}
          <MoreButton list={schedules} />
        </div>
      )}
      {asked === undefined ? null : (
        <StateDialog
          schedule={asked}
          change={asked.state === "active" ? "pause" : "unpause"}
          onClose={() => setAsked(undefined)}
        />
      )}
      {mayWrite && search.form === "new" ? <ScheduleForm workflow={search.workflow} onClose={closeForm} /> : null}
      {mayWrite && search.form === "edit" && open !== undefined ? (
        <ScheduleForm key={open.id} schedule={open} onClose={closeForm} />
      ) : null}
    </main>
  );
}

const scheduleViews = ["all", ...scheduleStates] as const;
const scheduleViewNames = {
  all: "All",
  ...(Object.fromEntries(scheduleStates.map((state) => [state, lookOf(state).word])) as Record<
    ScheduleStateWord,
    string
  >),
};

function Filters({
  search,
  onSearch,
}: {
  search: SchedulesSearch;
  onSearch: (next: SchedulesSearch) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const workflows = useQuery(workflowsQuery(client));
  const keys = (workflows.data ?? []).map(({ key }) => key);
  const { workflow } = search;
  const select = useRef<HTMLSelectElement>(null);
  useKeys({ "/": () => select.current?.focus() });
  return (
    <search className="schedules-filters" aria-label="Filter schedules">
      <ViewChips
        label="Which schedules"
        views={scheduleViews}
        names={scheduleViewNames}
        shown={search.state ?? "all"}
        onShow={(view) => onSearch({ ...search, state: view === "all" ? undefined : view, schedule: undefined })}
      />
      <button
        type="button"
        className="status-chip schedules-by-day"
        aria-pressed={search.by === "day"}
        onClick={() => onSearch({ ...search, by: search.by === "day" ? undefined : "day", schedule: undefined })}
      >
        By day
      </button>
      <NativeSelect
        ref={select}
        aria-label="Workflow"
        size="xs"
        value={workflow ?? ""}
        onChange={({ currentTarget }) =>
          onSearch({
            ...search,
            workflow: currentTarget.value === "" ? undefined : currentTarget.value,
            schedule: undefined,
          })
        }
        data={[
          { value: "", label: "All workflows" },
          ...(workflow === undefined || keys.includes(workflow) ? keys : [workflow, ...keys]),
        ]}
      />
    </search>
  );
}

function NoSchedules({
  search,
  onAll,
  onCreate,
}: {
  search: SchedulesSearch;
  onAll: () => void;
  onCreate: (() => void) | undefined;
}): ReactElement {
  if (search.state !== undefined || search.workflow !== undefined)
    return (
      <Empty title="No such schedule">
        <Button variant="default" size="xs" onClick={onAll}>
          All schedules
        </Button>
      </Empty>
    );
  return (
    <Empty title="Nothing starts by time yet">
      {onCreate === undefined ? (
        <>
          An author makes schedules here, with <code>mainspring schedules create WORKFLOW --cron …</code>, or with{" "}
          <code>POST /api/v1/schedules</code>.
        </>
      ) : (
        <Button size="xs" onClick={onCreate}>
          Make one…
        </Button>
      )}
    </Empty>
  );
}
