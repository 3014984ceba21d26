import { explainCode } from "@mainspring/core";
import { Link } from "@tanstack/react-router";
import { useId, type ReactElement } from "react";
import { Sentence } from "../parts/sentence.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { hasEnded } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { useNow } from "../time/use-now.ts";
import { headlineOf, type Headline, type HeadlineFacts } from "./headline.ts";
import { childRunOf, type Why } from "./why.ts";

/**
 * Where the run stands and why, in one sentence, with what to do. The sentence is at once what the journal tells; for an
 * open run the server's answer takes its place, with the evidence, as long as the run has not moved on since.
 */
export function HeadlinePanel({ facts, why }: { facts: HeadlineFacts; why?: Why }): ReactElement {
  const now = useNow();
  const headline = headlineOf(facts, now);
  if (why !== undefined && !hasEnded(facts.status)) return <WhyPanel why={why} headline={headline} />;
  const remedy = facts.status === "FAILED" && facts.error !== null ? explainCode(facts.error.code)?.remedy : undefined;
  return (
    <section
      className="headline"
      data-kind={headline.tone}
      data-tone={tones[headline.tone]}
      aria-label="Where it stands"
    >
      <p className="headline-sentence">
        <Sentence text={headline.sentence} />
      </p>
      {headline.also.slice(0, 5).map((line) => (
        <p key={line} className="headline-also">
          {headline.tone === "failed" ? line : <Sentence text={line} />}
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

function WhyPanel({ why, headline }: { why: Why; headline: Headline }): ReactElement {
  const titleId = useId();
  const nearMisses = why.evidence.filter(({ kind }) => kind === "near-miss");
  const others = why.evidence.filter(({ kind }) => kind !== "near-miss");
  const child = childRunOf(why);
  const also = why.also.slice(0, alsoMax);
  const untold = why.also.length - also.length;
  return (
    <section
      className="headline why"
      data-tone={whyTone(why, headline)}
      data-cause={why.cause}
      aria-labelledby={titleId}
    >
      <h2 id={titleId} className="why-title muted">
        Why is it not moving?
      </h2>
      <p className="headline-sentence">
        {why.sentence}{" "}
        {child === undefined ? null : (
          <Link to="/runs/$runId" params={{ runId: child }}>
            Open that run
          </Link>
        )}
      </p>
      {nearMisses.map((miss) => (
        <p key={miss.text} className="why-near-miss" data-tone="amber">
          <StatusIcon status="SKIPPED" size={14} />
          <span>{miss.text}</span>
        </p>
      ))}
      {also.map((cause) => (
        <p key={cause.sentence} className="headline-also">
          <span className="muted">Also:</span> {cause.sentence}
        </p>
      ))}
      {untold > 0 ? <p className="muted small">and {untold} more like these</p> : null}
      <p className="headline-remedy">
        <strong>What to do</strong> <Sentence text={why.remedy} />
      </p>
      {others.length === 0 ? null : (
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
          </summary>
          <ul>
            {others.map((one) => (
              <li key={`${one.kind} ${one.text}`}>
                <span className="muted why-kind">{one.kind}</span> {one.text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** Trouble is amber: the run may yet go on. What is as the author meant it keeps the colour of its status. */
function whyTone(why: Why, headline: Headline): string {
  if (why.cause === "failed" || why.cause === "ended-outside" || why.cause === "start-refused") return "vermilion";
  if (why.cause.startsWith("waiting-")) return "violet";
  if (calmCauses.has(why.cause)) return tones[headline.tone];
  return "amber";
}

const calmCauses = new Set(["action-running", "compensating", "cancel-requested", "window-full", "ended", "unknown"]);
