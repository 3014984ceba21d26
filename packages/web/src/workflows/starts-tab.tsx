import type { WorkflowReply } from "@mainspring/api";
import { isJsonObject } from "@mainspring/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { versionQuery } from "../app/queries.ts";
import { Lately } from "../events/lately.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import { startersQuery } from "./queries.ts";

interface Listener {
  readonly id: string;
  readonly event: string;
}

/** What may start a workflow, what is in the way, and why nothing started. */
export function StartsTab({ workflow }: { workflow: WorkflowReply }): ReactElement {
  const { client } = useSignedIn();
  const { key, publishedVersion, paused } = workflow;
  const version = useQuery({
    ...versionQuery(client, key, publishedVersion ?? 0),
    enabled: publishedVersion !== null,
  });
  const starters = useQuery(startersQuery(client, key));
  // Without these the list would say that less starts it than does.
  const unread =
    (version.data === undefined ? version.error : null) ?? (starters.data === undefined ? starters.error : null);
  const ready = paused === null ? "active" : "paused";
  const listeners = listenersOf(version.data?.definition);
  return (
    <div className="workflow-part">
      <h2>What starts it</h2>
      {unread === null ? null : <ProblemNotice error={unread} />}
      <ul className="panel">
        {publishedVersion === null ? <Line status="disabled">Nothing: no version of it is published.</Line> : null}
        {listeners.map(({ id, event }) => (
          <Line key={id} status={ready}>
            The event{" "}
            <Link to="/events" search={{ name: event }}>
              {event}
            </Link>
            , by the trigger <code>{id}</code>
          </Line>
        ))}
        {(starters.data?.schedules ?? []).map(({ id, name, state, nextAt }) => (
          <Line key={id} status={state === "active" ? ready : state}>
            The schedule{" "}
            <Link to="/schedules" search={{ schedule: id, workflow: key }}>
              {name}
            </Link>
            {nextAt === null ? (
              `, which is ${state}`
            ) : (
              <>
                , next <Moment at={nextAt} />
              </>
            )}
          </Line>
        ))}
        {starters.data?.moreSchedules === true ? (
          <Line status="active">
            <Link to="/schedules" search={{ workflow: key }}>
              more schedules
            </Link>
          </Line>
        ) : null}
        {(starters.data?.webhooks ?? []).map((webhook) => (
          <Line key={webhook.key} status={webhook.enabled ? ready : "disabled"}>
            The webhook <Link to="/settings">{webhook.key}</Link>
            {webhook.enabled ? "" : ", which is switched off"}
          </Line>
        ))}
        {publishedVersion === null ? null : (
          <Line status={ready}>
            A person, a program or another workflow, through <code>POST /api/v1/workflows/{key}/runs</code> or a call
          </Line>
        )}
      </ul>
      <h2>Why did nothing start?</h2>
      <Lately
        of={{ workflow: key }}
        which="not-started"
        none="Nothing that was meant to start it was kept from that. An event that no trigger listens to stands under Events."
        all={
          <Link to="/events" search={{ show: "decisions", workflow: key }} className="small">
            All of them
          </Link>
        }
      />
    </div>
  );
}

function Line({ status, children }: { status: string; children: ReactNode }): ReactElement {
  return (
    <li className="starts-line">
      <StatusIcon status={status} size={14} />
      <span>{children}</span>
    </li>
  );
}

/** The triggers of a published definition. */
function listenersOf(definition: unknown): readonly Listener[] {
  const triggers = isRecord(definition) ? definition["triggers"] : undefined;
  if (!Array.isArray(triggers)) return [];
  return triggers.flatMap((trigger: unknown) => {
    if (!isRecord(trigger)) return [];
    const { id, event } = trigger;
    return typeof id === "string" && typeof event === "string" ? [{ id, event }] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value as never);
}
