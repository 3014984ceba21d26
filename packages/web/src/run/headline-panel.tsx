import type { RunWhyReply } from "@mainspring/api";
import { explainCode, type ReadonlyJson } from "@mainspring/core";
import { Link } from "@tanstack/react-router";
import { useId, useState, type ReactElement } from "react";
import { SendEventDialog } from "../events/send-event-dialog.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useMay } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { hasEnded } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { useNow } from "../time/use-now.ts";
import { headlineOf, type Headline, type HeadlineFacts } from "./headline.ts";
import { childRunOf, expectedEventOf, textIn } from "./why.ts";
import "./headline.css";

interface HeadlinePanelProps {
  readonly facts: HeadlineFacts;
  /** The server's answer for the moment; undefined while there is none. */
  readonly why: RunWhyReply | undefined;
  /** The server could not be asked. */
  readonly isUnknown: boolean;
  /** The server gave the answer and could not be asked since. */
  readonly isStale: boolean;
  readonly runId: string;
  /** Goes to the tasks of the run. */
  readonly onTasks: () => void;
}

/**
 * Where the run stands and why, in one sentence, with what to do. The sentence is at once what the journal tells; for an
 * open run the server's answer takes its place, with the evidence, as long as the run has not moved on since.
 */
export function HeadlinePanel({ runId, facts, why, isUnknown, isStale, onTasks }: HeadlinePanelProps): ReactElement {
  const now = useNow();
  const headline = headlineOf(facts, now);
  if (!hasEnded(facts.status))
    return (
      <WhyPanel runId={runId} why={why} isUnknown={isUnknown} isStale={isStale} headline={headline} onTasks={onTasks} />
    );
  const remedy = facts.status === "FAILED" && facts.error !== null ? explainCode(facts.error.code)?.remedy : undefined;
  return (
    <section
      className="headline"
      data-tone={tones[headline.tone]}
      data-kind={headline.tone}
      aria-label="Where it stands"
    >
      <p className="headline-sentence">
        <Sentence text={headline.sentence} />
      </p>
      {headline.also.slice(0, 5).map((line) => (
        <p key={line} className="headline-also">
          {line === facts.error?.message ? line : <Sentence text={line} />}
        </p>
      ))}
      {remedy === undefined ? null : (
        <p className="headline-remedy">
          <strong>What to do</strong> <Sentence text={remedy} />
        </p>
      )}
    </section>
  );
}

const tones = { plain: "grey", waiting: "violet", failed: "vermilion", warning: "amber" } as const;
const alsoMax = 3;

interface WhyPanelProps {
  readonly runId: string;
  readonly why: RunWhyReply | undefined;
  readonly isUnknown: boolean;
  readonly isStale: boolean;
  readonly headline: Headline;
  readonly onTasks: () => void;
}

/** Of an open run. It has its height at once, so that nothing moves when the answer comes. */
function WhyPanel({ runId, why, isUnknown, isStale, headline, onTasks }: WhyPanelProps): ReactElement {
  const titleId = useId();
  const child = why === undefined ? undefined : childRunOf(why);
  return (
    <section
      className="headline why"
      data-tone={why === undefined ? tones[headline.tone] : whyTone(why.cause, headline)}
      data-cause={why?.cause}
      aria-labelledby={titleId}
    >
      <h2 id={titleId} className="why-title muted">
        Why is it not moving?
      </h2>
      <p className="headline-sentence">
        {why === undefined ? <Sentence text={headline.sentence} /> : <Sentence text={why.sentence} />}{" "}
        {child === undefined ? null : (
          <Link to="/runs/$runId" params={{ runId: child }}>
            Open that run
          </Link>
        )}
        {why?.cause === "waiting-task" || why?.cause === "task-answer-refused" ? (
          <button type="button" className="text-button" onClick={onTasks}>
            Open the task
          </button>
        ) : null}
      </p>
      {why !== undefined ? (
        <WhyFacts why={why} runId={runId} isStale={isStale} />
      ) : (
        <>
          {headline.also.slice(0, alsoMax).map((line) => (
            <p key={line} className="headline-also">
              <Sentence text={line} />
            </p>
          ))}
          <p className="muted small why-looking">
            {isUnknown ? "The server could not be asked for the cause; it is asked again." : "Looking for the cause …"}
          </p>
        </>
      )}
    </section>
  );
}

function WhyFacts({ why, runId, isStale }: { why: RunWhyReply; runId: string; isStale: boolean }): ReactElement {
  const nearMisses = why.evidence.filter(({ kind }) => kind === "near-miss");
  const others = why.evidence.filter(({ kind }) => kind !== "near-miss");
  const also = why.also.slice(0, alsoMax);
  const untold = why.also.length - also.length;
  return (
    <>
      {nearMisses.map((miss) => (
        <p key={miss.text} className="why-near-miss" data-tone="amber">
          <StatusIcon status="SKIPPED" size={14} />
          <span>
            {miss.text} <SeeEvent data={miss.data} />
          </span>
        </p>
      ))}
      {also.map((cause) => (
        <p key={cause.sentence} className="headline-also">
          <span className="muted">Also:</span> <Sentence text={cause.sentence} />
        </p>
      ))}
      {untold > 0 ? <p className="muted small">and {untold} more like these</p> : null}
      <div className="headline-remedy">
        <strong>What to do</strong> <Sentence text={why.remedy} /> <SendTestEvent why={why} runId={runId} />
      </div>
      <details className="why-evidence small">
        <summary className="muted">
          Evidence ({others.length})
          {why.since === null ? null : (
            <>
              {" · since "}
              <Moment at={why.since} />
            </>
          )}
          {why.next === undefined ? null : (
            <>
              {" · next "}
              <Moment at={why.next} />
            </>
          )}
          {isStale ? (
            <strong className="why-stale">
              {" · as of "}
              <Moment at={why.asOf} />, the server does not answer since
            </strong>
          ) : null}
        </summary>
        <ul>
          {others.map((one) => (
            <li key={`${one.kind} ${one.text}`}>
              <span className="muted">{one.kind}</span> <span>{one.text}</span>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function SeeEvent({ data }: { data: ReadonlyJson | undefined }): ReactElement | null {
  const eventId = textIn(data, "eventId");
  if (eventId === undefined) return null;
  return (
    <Link to="/events" search={{ event: eventId }} className="unbroken">
      See event
    </Link>
  );
}

/** For those who may send events, where one is waited for. */
function SendTestEvent({ why, runId }: { why: RunWhyReply; runId: string }): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const maySend = useMay("operator");
  const expected = expectedEventOf(why);
  if (!maySend || expected === undefined) return null;
  return (
    <>
      <button type="button" className="text-button unbroken" onClick={() => setOpen(true)}>
        Send a test event…
      </button>
      {isOpen ? (
        <SendEventDialog
          runId={runId}
          name={expected.name}
          correlationKey={expected.key}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}

/** Trouble is amber: the run may yet go on. What is as the author meant it keeps the colour of its status. */
function whyTone(cause: string, headline: Headline): string {
  if (cause === "failed" || cause === "ended-outside" || cause === "start-refused") return "vermilion";
  if (cause.startsWith("waiting-")) return "violet";
  if (calmCauses.has(cause)) return tones[headline.tone];
  return "amber";
}

const calmCauses = new Set(["action-running", "compensating", "cancel-requested", "window-full", "ended", "unknown"]);
