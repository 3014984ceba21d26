import { ApiProblem, type RunReply } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { againWhenAway, runDiffQuery, runQuery } from "../app/queries.ts";
import { useTitle } from "../app/use-title.ts";
import { CopyId } from "../parts/copy-id.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { hasEnded } from "../status/status.ts";
import { Moment, Span } from "../time/moment.tsx";
import { DiffResult } from "./diff-result.tsx";
import type { DiffSearch } from "./diff-search.ts";
import { RunPicker } from "./run-picker.tsx";
import "./diff.css";

type Side = "a" | "b";

const openEveryMs = 5_000;

/** Two runs side by side, and where they first part. */
export function DiffPage({
  search,
  onSearch,
}: {
  search: DiffSearch;
  onSearch: (next: DiffSearch) => void;
}): ReactElement {
  useTitle("Compare runs");
  const { a, b } = search;
  const one = useSide(a);
  const other = useSide(b);
  const [asked, setAsked] = useState<Side | undefined>(undefined);
  const choosing = asked ?? (a === undefined ? "a" : b === undefined ? "b" : undefined);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Compare two runs</h1>
        {a === undefined || b === undefined ? null : (
          <Button variant="default" size="xs" onClick={() => onSearch({ a: b, b: a })}>
            Swap A and B
          </Button>
        )}
      </div>
      <div className="two-sides">
        <SideCard side="a" id={a} run={one} isChoosing={choosing === "a"} onChoose={() => setAsked("a")} />
        <SideCard side="b" id={b} run={other} isChoosing={choosing === "b"} onChoose={() => setAsked("b")} />
      </div>
      {choosing === undefined ? null : (
        <RunPicker
          key={choosing}
          name={choosing.toUpperCase()}
          other={(choosing === "a" ? other : one).data}
          otherId={choosing === "a" ? b : a}
          onPick={(id) => {
            setAsked(undefined);
            onSearch({ ...search, [choosing]: id });
          }}
          onClose={asked === undefined || search[asked] === undefined ? undefined : () => setAsked(undefined)}
        />
      )}
      {a === undefined || b === undefined || choosing !== undefined ? null : a === b ? (
        <p className="headline" data-tone="amber">
          A and B are the same run. Choose another one for either side.
        </p>
      ) : one.data === undefined || other.data === undefined ? null : (
        <Comparison a={one.data} b={other.data} />
      )}
    </main>
  );
}

function useSide(id: string | undefined): UseQueryResult<RunReply> {
  const { client } = useSignedIn();
  return useQuery({
    ...runQuery(client, id ?? ""),
    enabled: id !== undefined,
    refetchInterval: (query) => {
      const { data } = query.state;
      return againWhenAway(query) || (data === undefined || hasEnded(data.status) ? false : openEveryMs);
    },
  });
}

function Comparison({ a, b }: { a: RunReply; b: RunReply }): ReactElement {
  const { client } = useSignedIn();
  const isOpen = !hasEnded(a.status) || !hasEnded(b.status);
  const diff = useQuery(runDiffQuery(client, a.id, b.id, isOpen));
  if (diff.data !== undefined) return <DiffResult diff={diff.data} isOpen={isOpen} />;
  if (diff.error !== null) return <ProblemNotice error={diff.error} onRetry={() => void diff.refetch()} />;
  return (
    <div className="headline" role="status" aria-busy="true" data-tone="grey">
      <span className="visually-hidden">Comparing the runs</span>
      <Skeleton height={16} width={320} />
    </div>
  );
}

function SideCard({
  side,
  id,
  run,
  isChoosing,
  onChoose,
}: {
  side: Side;
  id: string | undefined;
  run: UseQueryResult<RunReply>;
  isChoosing: boolean;
  onChoose: () => void;
}): ReactElement {
  const name = side.toUpperCase();
  return (
    <section className="two-side panel" aria-label={`Run ${name}`} data-choosing={isChoosing}>
      <span className="two-letter" aria-hidden="true">
        {name}
      </span>
      <div className="two-side-what">
        {id === undefined ? <p className="muted">Not chosen yet</p> : <SideFacts id={id} run={run} />}
      </div>
      {id === undefined ? null : (
        <Button
          variant="default"
          size="xs"
          disabled={isChoosing}
          onClick={onChoose}
          aria-label={`Choose another run ${name}`}
        >
          Another…
        </Button>
      )}
    </section>
  );
}

function SideFacts({ id, run: { data: run, error } }: { id: string; run: UseQueryResult<RunReply> }): ReactElement {
  if (run === undefined) {
    if (error === null) return <Skeleton height={34} width={220} />;
    return error instanceof ApiProblem && error.status === 404 ? (
      <p>
        No run of this tenant has the id <code>{id}</code>.
      </p>
    ) : (
      <ProblemNotice error={error} />
    );
  }
  return (
    <>
      <p className="two-side-name">
        <Link to="/runs/$runId" params={{ runId: id }}>
          {run.workflow}
        </Link>{" "}
        {run.version === null ? null : <span className="muted">v{run.version}</span>} <CopyId id={id} label="run id" />
      </p>
      <p className="two-side-facts small">
        <StatusMark status={run.status} />
        <span className="muted">
          started <Moment at={run.startedAt ?? run.createdAt} />
          {run.startedAt === null ? null : (
            <>
              {hasEnded(run.status) ? " · took " : " · for "}
              <Span from={run.startedAt} to={hasEnded(run.status) ? (run.completedAt ?? run.startedAt) : null} />
            </>
          )}
        </span>
      </p>
    </>
  );
}
