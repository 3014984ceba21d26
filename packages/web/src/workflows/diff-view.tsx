import type { VersionDiffReply } from "@mainspring/api";
import type { ReadonlyJson } from "@mainspring/core";
import type { ReactElement } from "react";
import { sideText } from "./workflow-search.ts";

const changesMax = 500;
const changeWords = { added: "added", changed: "changed", removed: "removed" } as const;

/** How two documents of a workflow differ: which steps, then each place with what stood and stands there. */
export function DiffView({ diff }: { diff: VersionDiffReply }): ReactElement {
  const { steps, changes } = diff;
  if (diff.same)
    return (
      <p>
        {capital(sideText(diff.from.version))} and {sideText(diff.to.version)} are the same.
      </p>
    );
  return (
    <div className="version-diff">
      <ul className="version-diff-steps" aria-label="Steps that differ">
        {(["added", "removed", "changed"] as const).map((kind) =>
          steps[kind].length === 0 ? null : (
            <li key={kind}>
              <ChangeMark kind={kind} />
              <span className="version-diff-step-ids">
                {steps[kind].map((id) => (
                  <code key={id}>{id}</code>
                ))}
              </span>
            </li>
          ),
        )}
        {steps.added.length + steps.removed.length + steps.changed.length === 0 ? (
          <li className="muted">No step differs; what is around them does.</li>
        ) : null}
      </ul>
      <ul className="version-diff-changes small" aria-label="Places that differ">
        {changes.map(({ pointer, kind, before, after }) => (
          <li key={pointer} className="version-diff-change">
            <ChangeMark kind={kind} />
            <code className="version-diff-pointer">{pointer === "" ? "(whole)" : pointer}</code>
            <span className="version-diff-values">
              {kind === "added" ? null : <del>{valueLine(before)}</del>}
              {kind === "removed" ? null : <ins>{valueLine(after)}</ins>}
            </span>
          </li>
        ))}
      </ul>
      {changes.length >= changesMax ? (
        <p className="muted small">The first {changesMax} places; there may be more.</p>
      ) : null}
    </div>
  );
}

/** Word and sign, so that the colour is not needed. */
function ChangeMark({ kind }: { kind: keyof typeof changeWords }): ReactElement {
  return (
    <span
      className="version-diff-mark small"
      data-tone={kind === "added" ? "green" : kind === "removed" ? "vermilion" : "blue"}
    >
      <span aria-hidden="true">{kind === "added" ? "+" : kind === "removed" ? "−" : "±"}</span> {changeWords[kind]}
    </span>
  );
}

const lineCharsMax = 600;

function valueLine(value: ReadonlyJson | undefined): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > lineCharsMax ? `${text.slice(0, lineCharsMax)} …` : text;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
