import type { RunReply } from "@mainspring/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { ActorLink } from "../parts/actor-link.tsx";
import { CopyId, shortId } from "../parts/copy-id.tsx";
import { LiveMark, type LiveState } from "../parts/live-mark.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment, Span } from "../time/moment.tsx";
import { restartedFromOf } from "./lineage.ts";
import { RunControls } from "./run-controls.tsx";

interface RunHeaderProps {
  readonly run: RunReply;
  readonly status: string;
  readonly state: string | undefined;
  readonly endedAt: string | null;
  readonly stepCount: number;
  readonly live: LiveState;
  readonly onRestart: () => void;
}

export function RunHeader({ run, status, state, endedAt, stepCount, live, onRestart }: RunHeaderProps): ReactElement {
  const { identity } = useSignedIn();
  const restarted = restartedFromOf(run);
  return (
    <header className="run-header">
      <div className="run-header-main">
        <h1>
          <Link
            to="/runs"
            search={{ workflow: run.workflow }}
            className="run-header-name"
            title="Other runs of this workflow"
          >
            {run.workflow}
          </Link>{" "}
          {run.version === null ? null : <span className="muted">v{run.version}</span>}
        </h1>
        <span className="run-header-status">
          <StatusMark status={status} />
        </span>
        <CopyId id={run.id} label="run id" />
        {state === undefined ? null : (
          <span className="state-chip" title="Business state">
            {state}
          </span>
        )}
        <span className="run-header-live">
          <LiveMark state={live} />
        </span>
        <RunControls run={run} status={status} onRestart={onRestart} />
      </div>
      <p className="run-header-facts muted small">
        {run.startedAt === null ? (
          <>
            accepted <Moment at={run.createdAt} />
          </>
        ) : (
          <>
            started <Moment at={run.startedAt} />
          </>
        )}
        {run.startedBy === null ? null : (
          <>
            {" by "}
            <ActorLink actor={run.startedBy} keyId={identity.keyId} />
          </>
        )}
        {run.startedAt === null ? null : (
          <>
            {" · "}
            {endedAt === null ? "for " : "took "}
            <Span from={run.startedAt} to={endedAt} />
          </>
        )}
        {" · "}
        {stepCount} {stepCount === 1 ? "step" : "steps"}
        <HistoryUse history={run.history} />
        {run.replayOfRunId === null ? null : (
          <>
            {" · replay of "}
            <Link to="/runs/$runId" params={{ runId: run.replayOfRunId }}>
              #{shortId(run.replayOfRunId)}
            </Link>
          </>
        )}
        {restarted === undefined ? null : (
          <>
            {" · restarted from "}
            <Link to="/runs/$runId" params={{ runId: restarted.runId }}>
              #{shortId(restarted.runId)}
            </Link>
            {restarted.step === undefined ? null : (
              <>
                {" at "}
                <code>{restarted.step}</code>
              </>
            )}
            {restarted.reason === undefined ? null : `: “${restarted.reason}”`}
          </>
        )}
      </p>
    </header>
  );
}

/** From so many events on a run holds new calls back until it can go on in a new execution. */
const tightFromPart = 0.3;

/** How much of the history that one execution may have is used; most runs go on in a new one long before. */
function HistoryUse({ history }: { history: RunReply["history"] }): ReactElement | null {
  if (history === null || history.events === 0) return null;
  const { events, max } = history;
  return (
    <>
      {" · "}
      <span
        className="history-use"
        data-tight={events >= max * tightFromPart}
        title={`Temporal holds ${events.toLocaleString("en")} events of this execution. With ${max.toLocaleString("en")} the run would fail with HISTORY_BUDGET; it goes on in a new execution before, as soon as nothing is under way.`}
      >
        history {events.toLocaleString("en")} of {max.toLocaleString("en")}
      </span>
    </>
  );
}
