import type { DeliveryReply, EventWhyReply, InboxEvent } from "@mainspring/api";
import { explainCode, isJsonObject } from "@mainspring/core";
import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, type ReactElement } from "react";
import { CopyId } from "../parts/copy-id.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { correlationText } from "./correlation-text.ts";
import { deliveriesQuery, eventQuery, eventWhyQuery } from "./queries.ts";
import "../run/headline.css";
import "./events.css";

/** An event whole: what became of it and why, what it says, and where it went. */
export function EventPanel({ id }: { id: string }): ReactElement {
  const { client } = useSignedIn();
  const read = useQuery(eventQuery(client, id));
  const why = useQuery(eventWhyQuery(client, id));
  const deliveries = useQuery(deliveriesQuery(client, id));
  if (read.data === undefined)
    return read.error === null ? (
      <div className="event" role="status">
        <span className="visually-hidden">Loading the event</span>
        <Skeleton height={18} width={220} />
        <Skeleton height={96} />
        <Skeleton height={160} />
      </div>
    ) : (
      <ProblemNotice error={read.error} onRetry={() => void read.refetch()} />
    );
  const event = read.data;
  return (
    <section className="event" aria-label={`Event ${event.name}`}>
      <header className="event-head">
        <h2>{event.name}</h2>
        <StatusMark status={event.status} />
      </header>
      <p className="muted small event-facts-line">
        <CopyId id={event.eventId} label="event id" /> from {event.source} · received <Moment at={event.receivedAt} />
        {event.processedAt === null ? null : (
          <>
            {" · routed "}
            <Moment at={event.processedAt} />
          </>
        )}
      </p>
      <WhyPanel why={why.data} isUnknown={why.error !== null} />
      <Redelivery event={event} />
      <Facts event={event} />
      <div className="event-part">
        <h3>Payload</h3>
        <JsonView value={event.payload} label={`payload of ${event.name}`} />
      </div>
      <div className="event-part">
        <h3>Where it went</h3>
        {deliveries.data === undefined ? (
          deliveries.error === null ? (
            <Skeleton height={40} />
          ) : (
            <ProblemNotice error={deliveries.error} />
          )
        ) : (
          <Deliveries
            deliveries={deliveries.data}
            said={why.data === undefined ? [] : [why.data, ...why.data.also].map(({ sentence }) => sentence)}
          />
        )}
      </div>
    </section>
  );
}

const alsoMax = 8;

function WhyPanel({ why, isUnknown }: { why: EventWhyReply | undefined; isUnknown: boolean }): ReactElement {
  const titleId = useId();
  const also = why?.also.slice(0, alsoMax) ?? [];
  return (
    <section
      className="headline why"
      data-tone={why === undefined ? "grey" : toneOf(why.cause)}
      aria-labelledby={titleId}
    >
      <h3 id={titleId} className="why-title muted">
        What became of it?
      </h3>
      {why === undefined ? (
        <p className="muted">
          {isUnknown
            ? "The server could not be asked; it is asked again."
            : "Looking at its deliveries and decisions …"}
        </p>
      ) : (
        <>
          <p className="headline-sentence">
            <Sentence text={why.sentence} />
          </p>
          {also.map((cause) => (
            <p key={cause.sentence} className="headline-also">
              <span className="muted">Also:</span> <Sentence text={cause.sentence} />
            </p>
          ))}
          {why.also.length > also.length ? (
            <p className="muted small">and {why.also.length - also.length} more like these</p>
          ) : null}
          {why.remedy === "" ? null : (
            <p className="headline-remedy">
              <strong>What to do</strong> <Sentence text={why.remedy} />
            </p>
          )}
          <EvidenceList causes={[why, ...why.also]} />
        </>
      )}
    </section>
  );
}

function EvidenceList({
  causes,
}: {
  causes: readonly Pick<EventWhyReply, "cause" | "evidence">[];
}): ReactElement | null {
  const all = causes.flatMap(({ evidence }) => evidence);
  if (all.length === 0) return null;
  return (
    <details className="why-evidence small">
      <summary className="muted">Evidence ({all.length})</summary>
      <ul>
        {all.map((one, index) => (
          <li key={index}>
            <span className="muted">{one.kind}</span> <span>{one.text}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Trouble is amber while it may still go well. */
function toneOf(cause: string): string {
  if (cause === "taken") return "green";
  if (cause === "not-routed") return "grey";
  if (cause === "routing-failed" || cause === "delivery-failing") return "amber";
  return lookOf(cause).tone;
}

function Redelivery({ event }: { event: InboxEvent }): ReactElement | null {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const mayRedeliver = useMay("operator");
  const redeliver = useMutation({
    mutationFn: () => client.events.redeliver({ params: { id: event.eventId } }),
    onSettled: () => {
      for (const queryKey of [["event", event.eventId], ["events"], ["dead-letters"]])
        void queries.invalidateQueries({ queryKey });
    },
  });
  if (event.status === "pending" || event.status === "processing") return null;
  if (!mayRedeliver)
    return event.status === "dead" ? (
      <p className="muted">Your key may look at events and not redeliver them.</p>
    ) : null;
  return (
    <div className="event-redelivery">
      <Button
        size="xs"
        variant={event.status === "dead" ? "filled" : "default"}
        loading={redeliver.isPending}
        onClick={() => redeliver.mutate()}
      >
        Redeliver
      </Button>
      <span className="muted small" role="status">
        {redeliver.data === undefined
          ? "Does only what is not done: what a run was told, and what a trigger decided, stays."
          : redeliveredText(redeliver.data)}
      </span>
      {redeliver.error === null ? null : <ProblemNotice error={redeliver.error} />}
    </div>
  );
}

function redeliveredText({ routed, deliveries }: { readonly routed: boolean; readonly deliveries: number }): string {
  const signals =
    deliveries === 0 ? [] : [deliveries === 1 ? "1 signal is sent again" : `${deliveries} signals are sent again`];
  const parts = [...(routed ? ["it is routed again"] : []), ...signals];
  return parts.length === 0
    ? "There was nothing left to do."
    : `${parts.join(", ").replace(/^./, (one) => one.toUpperCase())}.`;
}

function Facts({ event }: { event: InboxEvent }): ReactElement {
  const error = isJsonObject(event.error) ? event.error : undefined;
  const code = typeof error?.["code"] === "string" ? error["code"] : undefined;
  const message = typeof error?.["message"] === "string" ? error["message"] : undefined;
  return (
    <dl className="event-facts">
      <div>
        <dt>Producer’s id</dt>
        <dd className="mono">{event.id}</dd>
      </div>
      <div>
        <dt>Correlation key</dt>
        <dd>
          {event.correlationKey === null ? null : <code>{event.correlationKey}</code>}{" "}
          <span className="muted">
            <Sentence text={correlationText(event.correlationHow)} />
          </span>
        </dd>
      </div>
      {event.runId === null ? null : (
        <div>
          <dt>Addressed to</dt>
          <dd>
            <Link to="/runs/$runId" params={{ runId: event.runId }}>
              run #{event.runId.slice(-6)}
            </Link>{" "}
            <span className="muted">alone</span>
          </dd>
        </div>
      )}
      {event.userId === null ? null : (
        <div>
          <dt>By</dt>
          <dd>{event.userId}</dd>
        </div>
      )}
      <div>
        <dt>Tries</dt>
        <dd>{event.attempts}</dd>
      </div>
      {event.error === null ? null : (
        <div>
          <dt>Last error</dt>
          <dd>
            {code === undefined ? null : <code>{code}</code>}{" "}
            {message ?? (code === undefined ? JSON.stringify(event.error) : "")}
          </dd>
        </div>
      )}
      {event.adjusted === null ? null : (
        <div>
          <dt>Adjusted</dt>
          <dd>
            <ul className="event-adjusted">
              {event.adjusted.map((note) => (
                <li key={note}>
                  <Adjusted note={note} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Such as `/data/id NUMBER_NOT_EXACT`. */
function Adjusted({ note }: { note: string }): ReactElement {
  const at = note.lastIndexOf(" ");
  const place = note.slice(0, at);
  const code = note.slice(at + 1);
  return (
    <>
      <code>{place === "" ? "(whole)" : place}</code> <span className="muted">{explainCode(code)?.title ?? code}</span>
    </>
  );
}

const deliveriesMax = 200;

/** @param said what stands above already, and is not said again */
function Deliveries({
  deliveries,
  said,
}: {
  deliveries: readonly DeliveryReply[];
  said: readonly string[];
}): ReactElement {
  if (deliveries.length === 0) return <p className="muted">No run waited for it, and no trigger was asked.</p>;
  const more = deliveries.length - deliveriesMax;
  return (
    <>
      <ul className="event-deliveries" aria-label="Runs and triggers that it came to">
        {deliveries.slice(0, deliveriesMax).map((one) => (
          <li key={one.id} className="event-delivery">
            <StatusMark status={one.kind === "trigger" && one.outcome !== null ? one.outcome : one.status} />
            <span className="event-delivery-what">
              {one.kind === "trigger" ? (
                <>
                  trigger <code className="unbroken">{one.triggerId ?? "?"}</code> of {one.workflow ?? "a workflow"}
                  {one.runId === null ? null : " → "}
                </>
              ) : null}
              {one.runId === null ? null : (
                <Link to="/runs/$runId" params={{ runId: one.runId }}>
                  run #{one.runId.slice(-6)}
                </Link>
              )}
              {one.reason === null || said.includes(one.reason) ? null : <span className="muted"> {one.reason}</span>}
            </span>
            <span className="muted small event-delivery-when">
              {one.attempts > 1 ? `${one.attempts} tries · ` : null}
              <Moment at={one.updatedAt} />
            </span>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="muted small">and {more} more</p> : null}
    </>
  );
}
