import type { RunCountsReply, RunSummary } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { rowsWhyQuery, runCountsQuery, runsQuery } from "../app/queries.ts";
import { useTitle } from "../app/use-title.ts";
import { Empty } from "../parts/empty.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useListKeys } from "../parts/use-list-keys.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { runStatuses } from "../status/status.ts";
import { LiveMark } from "../parts/live-mark.tsx";
import { liveRows, type LiveRows } from "./live-rows.ts";
import { BulkMenu } from "./bulk-menu.tsx";
import { RunFilters } from "./run-filters.tsx";
import { SavedViews } from "./saved-views.tsx";
import { rowsToAsk } from "./row-why.ts";
import { RunRow } from "./run-row.tsx";
import { askedRuns, isFiltered, type AskedRuns, type RunsSearch } from "./runs-search.ts";
import "./runs.css";

/** A reader further down than this is reading: the list must not move. */
const atTopPx = 60;

const none: ReadonlySet<string> = new Set();

export function RunsPage({
  search,
  onSearch,
}: {
  search: RunsSearch;
  onSearch: (next: RunsSearch) => void;
}): ReactElement {
  useTitle("Runs");
  const { client } = useSignedIn();
  const asked = useMemo(() => askedRuns(search, Date.now()), [search]);
  const list = useInfiniteQuery(runsQuery(client, asked));
  const [view, setView] = useState<LiveRows<RunSummary> | undefined>(undefined);
  const viewOf = useRef<AskedRuns | undefined>(undefined);
  const listElement = useListKeys<HTMLOListElement>();
  const fresh = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);

  useLayoutEffect(() => {
    if (fresh === undefined || list.isPlaceholderData) return;
    const another = viewOf.current !== asked;
    viewOf.current = asked;
    const mode = another || !isBeingRead(listElement.current) ? "follow" : "hold";
    setView((before) => liveRows<RunSummary>(before?.rows ?? [], fresh, mode));
  }, [fresh, asked, list.isPlaceholderData]);

  // How often a text is found is not counted for anybody.
  const counted = useQuery({ ...runCountsQuery(client, asked), enabled: asked.q === undefined });
  const counts = asked.q === undefined ? counted.data : undefined;

  const mayAct = useMay("operator");
  const [choice, setChoice] = useState<{ readonly of: AskedRuns; readonly runs: ReadonlySet<string> } | undefined>();
  // Who asks for other runs has chosen none of them.
  const chosen = choice === undefined ? undefined : choice.of === asked ? choice.runs : none;
  const choose = useCallback(
    (runId: string, isChosen: boolean): void =>
      setChoice((before) => {
        const runs = new Set(before?.of === asked ? before.runs : none);
        if (isChosen) runs.add(runId);
        else runs.delete(runId);
        return { of: asked, runs };
      }),
    [asked],
  );

  const toAsk = useMemo(() => rowsToAsk(view?.rows ?? []), [view]);
  const asks = useQuery({ ...rowsWhyQuery(client, toAsk), enabled: toAsk.length > 0 });

  function showHeld(): void {
    if (fresh !== undefined) setView(liveRows<RunSummary>([], fresh, "follow"));
    window.scrollTo({ top: 0 });
  }

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>
          Runs{" "}
          <span className="muted small runs-total">{counts === undefined ? "" : totalText(counts, search.status)}</span>
        </h1>
        <LiveMark
          state={
            list.error !== null || list.failureCount > 0 ? "broken" : list.data === undefined ? "connecting" : "live"
          }
        />
      </div>
      <RunFilters search={search} counts={counts?.counts} onSearch={onSearch}>
        <SavedViews search={search} onSearch={onSearch} />
        {mayAct ? (
          <Button
            variant="default"
            size="xs"
            onClick={() => setChoice(chosen === undefined ? { of: asked, runs: none } : undefined)}
          >
            {chosen === undefined ? "Choose" : "Stop choosing"}
          </Button>
        ) : null}
        <BulkMenu asked={asked} chosen={chosen} onDone={() => setChoice(undefined)} />
      </RunFilters>
      {list.error !== null && view === undefined ? (
        <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {view === undefined && list.error === null ? <LoadingRows /> : null}
      {view === undefined ? null : (
        <div
          className="runs panel"
          aria-busy={list.isPlaceholderData}
          data-choosing={chosen === undefined ? undefined : ""}
        >
          <div className="runs-head small muted" aria-hidden="true">
            <span>Status</span>
            <span>Workflow</span>
            <span>Run</span>
            <span>Where it stands</span>
            <span className="runs-head-by">Started by</span>
            <span className="right">Started</span>
            <span className="right">Took</span>
          </div>
          {view.held > 0 ? (
            <button type="button" className="runs-held" onClick={showHeld}>
              {view.held} new {view.held === 1 ? "run" : "runs"} — show
            </button>
          ) : null}
          {view.rows.length === 0 ? (
            <NoRuns filtered={isFiltered(search)} onClear={() => onSearch({})} />
          ) : (
            <ol ref={listElement} className="runs-rows" aria-label="Runs, newest first">
              {view.rows.map((run) => (
                <RunRow
                  key={run.id}
                  run={run}
                  asked={asks.data?.get(run.id)}
                  isChosen={chosen?.has(run.id)}
                  onChoose={choose}
                />
              ))}
            </ol>
          )}
          <MoreButton list={list} />
        </div>
      )}
    </main>
  );
}

function isBeingRead(list: HTMLOListElement | null): boolean {
  if (list === null) return false;
  return window.scrollY > atTopPx || list.contains(document.activeElement) || list.matches(":hover");
}

/** `1,204`; where there are more than are counted, it says so. */
function totalText({ counts, more }: RunCountsReply, shown: RunsSearch["status"]): string {
  const total = runStatuses.reduce(
    (sum, status) => (shown?.includes(status) === false ? sum : sum + counts[status]),
    0,
  );
  const text = total.toLocaleString("en");
  if (!more) return text;
  return shown === undefined ? "more than 10,000" : `${text} of the newest 10,000`;
}

function NoRuns({ filtered, onClear }: { filtered: boolean; onClear: () => void }): ReactElement {
  if (!filtered) {
    return (
      <Empty title="No runs yet">
        Start one from a published workflow under <Link to="/workflows">Workflows</Link>, or with{" "}
        <code>mainspring run KEY</code>.
      </Empty>
    );
  }
  return (
    <Empty title="No run passes these filters">
      <Button variant="default" size="xs" onClick={onClear}>
        Clear filters
      </Button>
    </Empty>
  );
}

function LoadingRows(): ReactElement {
  return (
    <div className="runs panel" role="status">
      <span className="visually-hidden">Loading runs</span>
      <div className="runs-head" />
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="run-row" aria-hidden="true">
          <Skeleton height={12} width={90} />
          <Skeleton height={12} width={160} />
        </div>
      ))}
    </div>
  );
}
