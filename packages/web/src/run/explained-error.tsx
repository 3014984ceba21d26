import { explainCode, type ReadonlyJson } from "@mainspring/core";
import type { ReactElement } from "react";
import { JsonView } from "../parts/json-view.tsx";
import { Sentence } from "../parts/sentence.tsx";

interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly category?: string;
  readonly remedy?: string;
  readonly details?: ReadonlyJson;
}

const noRemedy = "This code is the workflow's or the action's own: their author knows what it asks for.";

/** An error with what it means and what to do. `soft`: it was or will be repeated, so it is no failed end. */
export function ExplainedError({ error, soft }: { error: ShownError; soft: boolean }): ReactElement {
  const known = explainCode(error.code);
  return (
    <div className="explained-error" data-tone={soft ? "amber" : "vermilion"}>
      <p className="explained-error-head">
        <code>{error.code}</code>
        {error.category === undefined ? null : <span className="muted small">{error.category}</span>}
      </p>
      <p className="explained-error-message">{error.message}</p>
      {known === undefined ? null : (
        <p>
          <strong>{known.title}.</strong> <Sentence text={known.explanation} />
        </p>
      )}
      <p className="explained-error-remedy">
        <strong>What to do</strong> <Sentence text={error.remedy ?? known?.remedy ?? noRemedy} />
      </p>
      {error.details === undefined || error.details === null ? null : (
        <JsonView value={error.details} label="error details" />
      )}
    </div>
  );
}
