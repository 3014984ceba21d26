import type { ReactElement } from "react";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { FireTimes } from "./fire-times.tsx";

/** The next times of what is being typed, as the server would fire it. It keeps its height, so that nothing moves. */
export function SpecPreview({
  state,
  problem,
  items,
  isStale,
}: {
  state: "nothing" | "asked" | "refused";
  /** A refusal that no field shows. */
  problem: unknown;
  items: readonly { readonly nominalAt: string; readonly local: string }[] | undefined;
  /** What is shown belongs to what was typed before. */
  isStale: boolean;
}): ReactElement {
  return (
    <section className="spec-preview" aria-label="Next times" aria-busy={isStale} data-stale={isStale ? "" : undefined}>
      {problem !== null && state === "refused" ? (
        <ProblemNotice error={problem} />
      ) : items === undefined || state === "nothing" ? (
        <p className="muted small">
          {state === "asked" ? "Counting the next times …" : "The next times stand here once it is said when."}
        </p>
      ) : items.length === 0 ? (
        <p className="small">With this it fires at no time to come.</p>
      ) : (
        <FireTimes label="Next times" items={items} />
      )}
    </section>
  );
}
