import type { RunSummary } from "@mainspring/api";
import { Link } from "@tanstack/react-router";
import { memo, type ReactElement } from "react";
import { CopyId } from "../parts/copy-id.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { hasEnded, lookOf } from "../status/status.ts";
import { Moment, Span } from "../time/moment.tsx";
import { momentText } from "../time/time.ts";
import { useNow } from "../time/use-now.ts";
import { rowWhy } from "./row-why.ts";

/** One run. The whole row is its link; what else can be pressed lies above it. */
export const RunRow = memo(function RunRow({
  run,
  asked,
  isChosen,
  onChoose,
}: {
  run: RunSummary & { readonly gone?: true };
  /** Why it is not moving, where the row does not know it. */
  asked: string | undefined;
  /** Undefined: runs are not being chosen. */
  isChosen: boolean | undefined;
  onChoose: (runId: string, isChosen: boolean) => void;
}): ReactElement {
  const { identity } = useSignedIn();
  const startedBy = run.startedBy === null ? "" : actorText(run.startedBy, identity.keyId);
  const began = run.startedAt ?? run.createdAt;
  return (
    <li className="run-row" data-status={run.status} data-gone={run.gone === true ? "" : undefined}>
      <span className="run-row-status">
        {isChosen === undefined ? null : (
          <input
            type="checkbox"
            className="run-row-choose"
            aria-label={`Choose run ${run.id}`}
            checked={isChosen}
            onChange={({ currentTarget }) => onChoose(run.id, currentTarget.checked)}
          />
        )}
        <StatusMark status={run.status} />
      </span>
      <span className="run-row-name">
        <Link
          to="/runs/$runId"
          params={{ runId: run.id }}
          className="run-row-link"
          data-line
          aria-label={`${run.workflow} version ${run.version}, ${lookOf(run.status).word.toLowerCase()}, run ${run.id}`}
        >
          {run.workflow}
        </Link>
        <span className="muted run-row-version"> v{run.version}</span>
      </span>
      <span className="run-row-id">
        <CopyId id={run.id} label="run id" />
      </span>
      <span className="run-row-why" title={rowWhy(run, asked).replaceAll("`", "")}>
        <Sentence text={rowWhy(run, asked)} />
        {run.why?.until === undefined || hasEnded(run.status) || run.why.sentence.includes(" until ") ? null : (
          <Until at={run.why.until} />
        )}
        {run.gone === true ? <span className="muted"> no longer passes the filter</span> : null}
      </span>
      <span className="run-row-by muted small">{startedBy}</span>
      <span className="run-row-when muted">
        <Moment at={began} />
      </span>
      <span className="run-row-took">
        {run.startedAt === null ? null : hasEnded(run.status) ? (
          <Span from={run.startedAt} to={run.completedAt ?? run.startedAt} />
        ) : (
          <Span from={run.startedAt} to={null} />
        )}
      </span>
    </li>
  );
});

function Until({ at }: { at: string }): ReactElement {
  return <span> until {momentText(at, useNow())}</span>;
}
