import type { ScheduleReply } from "@mainspring/api";
import { Skeleton } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { useNow } from "../time/use-now.ts";
import { agendaOf } from "./agenda.ts";
import { agendaQuery } from "./queries.ts";
import { specText } from "./spec-text.ts";
import { ownZone } from "./when-fields.tsx";

const minuteMs = 60_000;

/** The next days, with what starts in them. */
export function AgendaView({
  schedules,
  onOpen,
}: {
  /** Of these the active ones. */
  schedules: readonly ScheduleReply[];
  onOpen: (id: string) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const now = Math.floor(useNow() / minuteMs) * minuteMs;
  const active = schedules.filter(({ state }) => state === "active");
  const reads = useQueries({ queries: active.map(({ id, revision }) => agendaQuery(client, id, revision)) });
  const failed = reads.find(({ error, data }) => error !== null && data === undefined);
  if (active.length === 0)
    return <Empty title="No schedule is active">What is paused or disabled starts nothing.</Empty>;
  if (failed !== undefined) return <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  if (reads.some(({ data }) => data === undefined)) return <Skeleton height={240} />;
  const agenda = agendaOf(
    active.map(({ id }, index) => ({
      scheduleId: id,
      at: (reads[index]?.data?.items ?? []).map(({ nominalAt }) => nominalAt).filter((at) => Date.parse(at) > now),
    })),
    now,
  );
  const named = new Map(active.map((schedule) => [schedule.id, schedule]));
  return (
    <div className="agenda">
      <p className="muted small">On the clocks of this browser, {ownZone}.</p>
      {agenda.often.length === 0 ? null : (
        <p className="small agenda-often">
          <span className="muted">Many times a day:</span>{" "}
          {agenda.often.map((id) => {
            const schedule = named.get(id);
            return schedule === undefined ? null : (
              <button key={id} type="button" className="text-button" onClick={() => onOpen(id)}>
                {[...new Set([schedule.name, specText(schedule)])].join(", ")}
              </button>
            );
          })}
        </p>
      )}
      <ol className="agenda-days" aria-label="The next seven days">
        {agenda.days.map(({ date, fires }) => (
          <li key={date} className="agenda-day">
            <h2>{dayText(date)}</h2>
            {fires.length === 0 ? (
              <p className="muted small">nothing</p>
            ) : (
              <ul>
                {fires.map(({ scheduleId, at, time }) => (
                  <li key={`${scheduleId} ${at}`}>
                    <time dateTime={at} title={at}>
                      {time}
                    </time>{" "}
                    <button
                      type="button"
                      className="text-button agenda-name"
                      title={named.get(scheduleId)?.name}
                      onClick={() => onOpen(scheduleId)}
                    >
                      {named.get(scheduleId)?.name}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

function dayText(date: string): string {
  return dayFormat.format(Date.parse(`${date}T12:00:00Z`)).replace(",", "");
}
