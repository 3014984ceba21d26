import type { ScheduleReply } from "@mainspring/api";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { cronWords } from "./cron-words.ts";
import { ScheduleDetail } from "./schedule-detail.tsx";
import { specText } from "./spec-text.ts";

/**
 * A schedule in the list, with its details where it is open.
 * @param onState opens what pauses it or lets it go on; undefined: the key may not
 */
export function ScheduleLine({
  schedule,
  isOpen,
  onOpen,
  onState,
  onEdit,
}: {
  schedule: ScheduleReply;
  isOpen: boolean;
  onOpen: (open: boolean) => void;
  onState: (() => void) | undefined;
  onEdit: () => void;
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
          <Link to="/workflows/$key" params={{ key: workflow }} className="muted mono">
            {workflow}
          </Link>
        </div>
        <span className="schedule-when">
          <span>{specText(schedule)}</span>
          {schedule.spec.cron === undefined || cronWords(schedule.spec.cron) === undefined ? null : (
            <code className="muted small">{schedule.spec.cron}</code>
          )}
          {schedule.businessDays === null ? null : (
            <span className="muted small">on business days of {schedule.businessDays.calendar}</span>
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
        <span className="schedule-line-acts">
          <button
            type="button"
            className="plain-button small schedule-more"
            data-line=""
            aria-expanded={isOpen}
            onClick={() => onOpen(!isOpen)}
          >
            Details<span className="visually-hidden"> of {name}</span>
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
      {isOpen ? <ScheduleDetail schedule={schedule} onEdit={onEdit} /> : null}
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
  const places = (issues ?? []).map((issue) => `${issue.pointer} ${issue.message}`).join(", ");
  return places === "" ? message : `${message.replace(/\.$/, "")}: ${places}.`;
}
