import type { ScheduleReply } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTitle } from "../app/use-title.ts";
import { Empty } from "../parts/empty.tsx";
import { LiveMark } from "../parts/live-mark.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { lookOf } from "../status/status.ts";
import { schedulesQuery } from "./queries.ts";
import { ScheduleLine } from "./schedule-line.tsx";
import { scheduleStates, type SchedulesSearch } from "./schedules-search.ts";
import { StateDialog } from "./state-dialog.tsx";
import "../runs/runs.css";
import "../tasks/tasks.css";
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
  const mayChange = useMay("operator");
  const schedules = useQuery(schedulesQuery(client, search));
  const [asked, setAsked] = useState<ScheduleReply>();
  const isBroken = schedules.error !== null || schedules.failureCount > 0;
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Schedules</h1>
        <LiveMark state={isBroken ? "broken" : schedules.data === undefined ? "connecting" : "live"} />
      </div>
      <div className="status-chips inbox-views" role="group" aria-label="Which schedules">
        <button
          type="button"
          className="status-chip"
          aria-pressed={search.state === undefined}
          onClick={() => onSearch({ ...search, state: undefined })}
        >
          All
        </button>
        {scheduleStates.map((state) => (
          <button
            key={state}
            type="button"
            className="status-chip"
            aria-pressed={search.state === state}
            onClick={() => onSearch({ ...search, state })}
          >
            {lookOf(state).word}
          </button>
        ))}
        {search.workflow === undefined ? null : (
          <button
            type="button"
            className="status-chip"
            aria-pressed="true"
            onClick={() => onSearch({ ...search, workflow: undefined })}
          >
            of {search.workflow}
          </button>
        )}
      </div>
      {mayChange ? null : (
        <p className="muted small schedules-role">Your key may look at schedules and not change them.</p>
      )}
      {schedules.error !== null && schedules.data === undefined ? (
        <ProblemNotice error={schedules.error} onRetry={() => void schedules.refetch()} />
      ) : schedules.data === undefined ? (
        <div className="panel" role="status">
          <span className="visually-hidden">Loading schedules</span>
          <Skeleton height={200} />
        </div>
      ) : schedules.data.items.length === 0 ? (
        <div className="panel">
          <NoSchedules search={search} onAll={() => onSearch({})} />
        </div>
      ) : (
        <ul className="schedules panel" aria-label="Schedules, newest first">
          {schedules.data.items.map((schedule) => (
            <ScheduleLine
              key={schedule.id}
              schedule={schedule}
              isOpen={schedule.id === search.schedule}
              onOpen={(open) => onSearch({ ...search, schedule: open ? schedule.id : undefined })}
              onState={mayChange ? () => setAsked(schedule) : undefined}
            />
          ))}
        </ul>
      )}
      {asked === undefined ? null : <StateDialog schedule={asked} onClose={() => setAsked(undefined)} />}
    </main>
  );
}

function NoSchedules({ search, onAll }: { search: SchedulesSearch; onAll: () => void }): ReactElement {
  if (search.state === undefined && search.workflow === undefined)
    return (
      <Empty title="Nothing starts by time yet">
        Make one with <code>mainspring schedules create WORKFLOW --cron …</code> or <code>POST /api/v1/schedules</code>.
      </Empty>
    );
  return (
    <Empty title="No such schedule">
      <Button variant="default" size="xs" onClick={onAll}>
        All schedules
      </Button>
    </Empty>
  );
}
