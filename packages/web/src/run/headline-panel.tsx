import { explainCode } from "@mainspring/core";
import type { ReactElement } from "react";
import { Sentence } from "../parts/sentence.tsx";
import { useNow } from "../time/use-now.ts";
import { headlineOf, type HeadlineFacts } from "./headline.ts";

/** Where the run stands and why, in one sentence; for a failed one with what to do. */
export function HeadlinePanel({ facts }: { facts: HeadlineFacts }): ReactElement {
  const now = useNow();
  const headline = headlineOf(facts, now);
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
