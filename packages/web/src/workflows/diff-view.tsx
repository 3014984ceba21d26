import type { VersionDiffReply } from "@mainspring/api";
import type { ReadonlyJson } from "@mainspring/core";
import type { ReactElement } from "react";
import { ChangeMark } from "./change-mark.tsx";
import { sideText } from "./workflow-search.ts";

const changesMax = 500;

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
        {groupsOf(changes).map(({ stepId, members }) => (
          <li key={members[0]?.pointer} className="version-diff-group">
            <p className="version-diff-step">
              <strong>{stepId === undefined ? "Around the steps" : <code>{stepId}</code>}</strong>
            </p>
            <ul>
              {members.map(({ pointer, kind, before, after }) => (
                <li key={`${kind} ${pointer}`} className="version-diff-change">
                  <ChangeMark kind={kind} />
                  <code className="version-diff-pointer">{pointer === "" ? "(whole)" : pointer}</code>
                  <span className="version-diff-values">
                    {kind === "added" ? null : <del>{valueText(before)}</del>}
                    {kind === "removed" ? null : <ins>{valueText(after)}</ins>}
                  </span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {changes.length >= changesMax ? (
        <p className="muted small">The first {changesMax} places; there may be more.</p>
      ) : null}
    </div>
  );
}

interface Group {
  /** Undefined: what is in no step. */
  readonly stepId: string | undefined;
  readonly members: VersionDiffReply["changes"];
}

/** What differs of one step, together; in the order in which it stands in the documents. */
function groupsOf(changes: VersionDiffReply["changes"]): Group[] {
  const groups: Group[] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    if (last !== undefined && last.stepId === change.stepId) last.members.push(change);
    else groups.push({ stepId: change.stepId, members: [change] });
  }
  return groups;
}

const textCharsMax = 2_000;

function valueText(value: ReadonlyJson | undefined): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "");
  return text.length > textCharsMax ? `${text.slice(0, textCharsMax)} …` : text;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
