import type { ScheduleReply } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { previewQuery } from "./queries.ts";
import { specText } from "./spec-text.ts";

/** @param onState opens what pauses it or lets it go on; left out: the key may not */
export function ScheduleLine({
  schedule,
  isOpen,
  onOpen,
  onState,
}: {
  schedule: ScheduleReply;
  isOpen: boolean;
  onOpen: (open: boolean) => void;
  onState: (() => void) | undefined;
}): ReactElement {
  const { state, name, workflow, nextAt, lastRunId, lastNominalAt } = schedule;
  const canChange = state === "active" || state === "paused";
  return (
    <li className="schedule" data-schedule={schedule.id}>
      <div className="schedule-line">
        <span className="schedule-state">
          <StatusIcon status={state} />
          {lookOf(state).word}
        </span>
        <div className="schedule-name">
          <h2>{name}</h2>
          <code className="muted">{workflow}</code>
        </div>
        <span className="schedule-when">
          <code>{specText(schedule)}</code>
          {schedule.businessDays === null ? null : (
            <span className="muted small">on days of {schedule.businessDays.calendar}</span>
          )}
        </span>
        <span className="schedule-times small">
          {nextAt === null ? (
            <span className="muted">no next time</span>
          ) : (
            <span>
              next <Moment at={nextAt} />
            </span>
          )}
          {lastNominalAt === null || lastRunId === null ? null : (
            <Link to="/runs/$runId" params={{ runId: lastRunId }} className="muted">
              last <Moment at={lastNominalAt} />
              <span className="visually-hidden">, its run</span>
            </Link>
          )}
        </span>
        <span className="schedule-acts">
          <button
            type="button"
            className="plain-button small schedule-more"
            aria-expanded={isOpen}
            onClick={() => onOpen(!isOpen)}
          >
            Next times<span className="visually-hidden"> of {name}</span>
          </button>
          {onState === undefined || !canChange ? null : (
            <Button variant="default" size="xs" onClick={onState}>
              {state === "active" ? "Pause" : "Unpause"}
              <span className="visually-hidden"> {name}</span>
            </Button>
          )}
        </span>
      </div>
      <ScheduleFacts schedule={schedule} />
      {isOpen ? <NextTimes schedule={schedule} /> : null}
    </li>
  );
}

/** Why it stands as it does. */
function ScheduleFacts({ schedule }: { schedule: ScheduleReply }): ReactElement | null {
  const { identity } = useSignedIn();
  const { state, stateNote, stateBy, stateAt, note, disabledReason, syncError, inSync } = schedule;
  const facts: ReactElement[] = [];
  if (state === "paused" || state === "disabled")
    facts.push(
      <span key="state">
        {lookOf(state).word.toLowerCase()} <Moment at={stateAt} />
        {stateBy === null ? null : ` by ${stateBy === "publish" ? "publishing" : actorText(stateBy, identity.keyId)}`}
        {stateNote === null ? null : `: ${stateNote}`}
      </span>,
    );
  const reason = reasonText(disabledReason);
  if (state === "disabled" && reason !== undefined) facts.push(<span key="reason">{reason}</span>);
  if (note !== null && note !== "") facts.push(<span key="note">{note}</span>);
  if (!inSync)
    facts.push(
      <span key="sync">Temporal has not followed the last change yet{syncError === null ? "" : `: ${syncError}`}</span>,
    );
  return facts.length === 0 ? null : <p className="schedule-facts muted small">{facts}</p>;
}

function reasonText(reason: unknown): string | undefined {
  if (typeof reason !== "object" || reason === null) return undefined;
  const { message, issues } = reason as {
    readonly message?: unknown;
    readonly issues?: readonly { readonly pointer: string; readonly message: string }[];
  };
  if (typeof message !== "string") return undefined;
  return [message, ...(issues ?? []).map((issue) => `${issue.pointer}: ${issue.message}`)].join(" ");
}

/** As it would fire: of one that is paused, once it goes on. */
function NextTimes({ schedule }: { schedule: ScheduleReply }): ReactElement {
  const { client } = useSignedIn();
  const preview = useQuery(previewQuery(client, schedule.id, schedule.revision));
  if (preview.error !== null && preview.data === undefined)
    return <ProblemNotice error={preview.error} onRetry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Skeleton height={180} />;
  if (preview.data.items.length === 0) return <p className="schedule-facts muted small">It fires no more.</p>;
  return (
    <table className="schedule-preview small" aria-label={`Next times of ${schedule.name}`}>
      <thead>
        <tr>
          <th scope="col">On its clocks</th>
          <th scope="col">UTC</th>
          <th scope="col">In</th>
        </tr>
      </thead>
      <tbody>
        {preview.data.items.map(({ nominalAt, local }) => (
          <tr key={nominalAt}>
            <td>
              <span className="schedule-day">{weekdayOf(local)}</span> {local.slice(0, 16).replace("T", " ")}{" "}
              <span className="muted">{local.slice(19)}</span>
            </td>
            <td>{nominalAt.slice(0, 16).replace("T", " ")}</td>
            <td>
              <Moment at={nominalAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function weekdayOf(local: string): string {
  return weekdays[new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? "";
}
