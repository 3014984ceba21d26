import { ApiProblem, type RunReply } from "@mainspring/api";
import type { RunError } from "@mainspring/core";
import { Button, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState, type ReactElement } from "react";
import { againWhenAway, runQuery, stepsQuery } from "../app/queries.ts";
import { useTitle } from "../app/use-title.ts";
import { Empty } from "../parts/empty.tsx";
import type { LiveState } from "../parts/live-mark.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { hasEnded, lookOf } from "../status/status.ts";
import { addEntries, emptyJournal, lastSeqOf } from "./fold-journal.ts";
import type { HeadlineFacts } from "./headline.ts";
import { HeadlinePanel } from "./headline-panel.tsx";
import { isLegacy } from "./legacy.ts";
import type { LiveJournalState } from "./live-journal.ts";
import { RestartDialog } from "./restart-dialog.tsx";
import { RunHeader } from "./run-header.tsx";
import type { RunPageSearch } from "./run-search.ts";
import { RunTabs } from "./run-tabs.tsx";
import { heldByQuota, standingWaits, stepRows } from "./step-rows.ts";
import { TimeBar } from "./time-bar.tsx";
import { UnclaimedBanner } from "./unclaimed-banner.tsx";
import { useWhy } from "./use-why.ts";
import { useLiveJournal } from "./use-live-journal.ts";
import "./run.css";

const queuedEveryMs = 1_000;
const openEveryMs = 5_000;
const actingEveryMs = 2_000;

interface RunPageProps {
  readonly runId: string;
  readonly search: RunPageSearch;
  readonly onSearch: (next: RunPageSearch) => void;
}

export function RunPage({ runId, search, onSearch }: RunPageProps): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const live = useLiveJournal(client, runId);
  const run = useQuery({
    ...runQuery(client, runId),
    refetchInterval: (query) => {
      const status = query.state.data?.status;
      if (status === "QUEUED") return queuedEveryMs;
      return status !== undefined && hasEnded(status) ? againWhenAway(query) : openEveryMs;
    },
  });
  const { journal, connection } = live;
  const [restart, setRestart] = useState<{ readonly at: number | undefined } | undefined>(undefined);

  // The row is read anew when the journal says that something of it changed.
  useEffect(() => {
    if (journal.status !== undefined || connection === "ended")
      void queries.invalidateQueries({ queryKey: ["run", runId], exact: true });
  }, [queries, runId, journal.status, journal.cancel, connection]);

  const isActing =
    connection !== "ended" && journal.steps.some((step) => step.status === "RUNNING" && step.type === "action.call");
  const isCutOff =
    run.data !== undefined && hasEnded(run.data.status) && journal.steps.some((step) => step.finishedAt === undefined);
  const recorded = useQuery({
    ...stepsQuery(client, runId),
    enabled: isActing || isCutOff || (run.data !== undefined && isLegacy(run.data)),
    refetchInterval: (query) =>
      isActing || (isCutOff && stepRows(journal.steps, query.state.data).some((step) => step.finishedAt === undefined))
        ? actingEveryMs
        : againWhenAway(query),
  });
  const rows = useMemo(() => stepRows(journal.steps, recorded.data), [journal.steps, recorded.data]);
  const steps = useMemo(() => heldByQuota(rows, journal.waits), [rows, journal.waits]);

  const past = search.at === undefined ? undefined : journal.entries[search.at - 1];
  const shown = useMemo(
    () => (past === undefined ? journal : addEntries(emptyJournal, journal.entries.slice(0, past.seq))),
    [journal, past],
  );

  const isOpen = run.data !== undefined && !hasEnded(statusOf(run.data, live));
  const why = useWhy(client, runId, isOpen, lastSeqOf(journal));

  useTitle(run.data === undefined ? "Run" : `${lookOf(statusOf(run.data, live)).word}: ${run.data.workflow}`);

  if (run.data === undefined) {
    return (
      <main className="page" id="main">
        {run.error === null ? (
          <LoadingRun />
        ) : run.error instanceof ApiProblem && run.error.status === 404 ? (
          <NoSuchRun runId={runId} />
        ) : (
          <ProblemNotice error={run.error} onRetry={() => void run.refetch()} />
        )}
      </main>
    );
  }

  const status = statusOf(run.data, live);
  const endedAt = hasEnded(status) ? (run.data.completedAt ?? journal.endedAt ?? null) : null;
  const view = past === undefined ? { ...shown, waits: standingWaits(shown.waits, endedAt) } : shown;
  const stepCount = Math.max(journal.steps.length, run.data.steps);
  const { startedAt } = run.data;
  // Written, and not read yet: to say that nothing has happened would be wrong.
  const isUnread = journal.entries.length === 0 && run.data.journalSeq > 0 && connection !== "ended";
  const state = shown.state === undefined && past === undefined ? run.data.state : shown.state;

  return (
    <main className="page" id="main">
      <RunHeader
        run={run.data}
        status={status}
        state={typeof state === "string" && state !== "" ? state : undefined}
        endedAt={endedAt}
        stepCount={stepCount}
        live={liveStateOf(live)}
        onRestart={() => setRestart({ at: search.step })}
      />
      <UnclaimedBanner
        facts={{ status, startedAt, stepCount }}
        clockAheadMs={Date.parse(run.data.asOf) - run.dataUpdatedAt}
      />
      <HeadlinePanel
        runId={runId}
        facts={{
          status,
          startedAt,
          endedAt,
          error: errorOf(run.data, live),
          cancelRequestedAt: run.data.cancelRequestedAt,
          cancel: cancelOf(run.data, journal.cancel),
          steps,
          stepCount,
          waits: journal.waits,
        }}
        why={why.why}
        isUnknown={why.isUnknown}
        isStale={why.isStale}
        onTasks={() => onSearch({ ...search, tab: "tasks" })}
      />
      {connection === "refused" || (isUnread && connection === "reconnecting") ? (
        <div className="run-notice">
          <ProblemNotice error={live.error} />
        </div>
      ) : null}
      {isLegacy(run.data) ? null : (
        <TimeBar entries={journal.entries} at={past?.seq} onMove={(at) => onSearch({ ...search, at })} />
      )}
      <RunTabs
        run={run.data}
        view={view}
        steps={past === undefined ? steps : heldByQuota(shown.steps, shown.waits)}
        status={past === undefined ? status : (shown.status ?? "RUNNING")}
        endedAt={past === undefined ? endedAt : past.at}
        past={past}
        state={state ?? null}
        isLoading={isUnread || (connection === "connecting" && journal.entries.length === 0)}
        search={search}
        onSearch={onSearch}
        onRestart={(at) => setRestart({ at })}
      />
      {restart === undefined ? null : (
        <RestartDialog run={run.data} steps={steps} at={restart.at} onClose={() => setRestart(undefined)} />
      )}
    </main>
  );
}

/** An end stands in the row; before that the journal is ahead of the row. */
function statusOf(run: RunReply, live: LiveJournalState): string {
  return hasEnded(run.status) ? run.status : (live.journal.status ?? run.status);
}

function errorOf(run: RunReply, live: LiveJournalState): RunError | null {
  if (live.journal.error !== undefined) return live.journal.error;
  if (run.error === null) return null;
  const { code, message, stepId, nodePath, at, attempt, details } = run.error;
  return {
    category: "ActionError",
    code,
    message,
    stepId,
    nodePath,
    at: at ?? run.completedAt ?? run.createdAt,
    attempt,
    ...(details === undefined ? {} : { details }),
  };
}

/** The journal knows that Temporal asked; the row knows who had asked for that, and why. */
function cancelOf(run: RunReply, told: HeadlineFacts["cancel"]): HeadlineFacts["cancel"] {
  const by = run.cancelRequestedBy ?? told?.by;
  return by === undefined || by === "temporal" ? undefined : { by, reason: run.cancelReason ?? told?.reason };
}

function liveStateOf(live: LiveJournalState): LiveState {
  switch (live.connection) {
    case "reconnecting":
    case "refused":
      return "broken";
    default:
      return live.connection;
  }
}

function NoSuchRun({ runId }: { runId: string }): ReactElement {
  return (
    <Empty title="No such run" page>
      <p>
        No run of this tenant has the id <code>{runId}</code>.
      </p>
      <Button component={Link} to="/runs" variant="default" size="xs" mt={8}>
        All runs
      </Button>
    </Empty>
  );
}

function LoadingRun(): ReactElement {
  return (
    <div role="status" aria-busy="true">
      <span className="visually-hidden">Loading the run</span>
      <div className="run-header">
        <Skeleton height={24} width={280} />
        <Skeleton height={12} width={200} mt={8} />
      </div>
      <div className="headline" data-tone="grey">
        <Skeleton height={16} width={320} />
      </div>
    </div>
  );
}
