import type { RunReply } from "@mainspring/api";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CSSProperties, ReactElement, ReactNode } from "react";
import { runQuery } from "../app/queries.ts";
import { CopyId, shortId } from "../parts/copy-id.tsx";
import { Empty } from "../parts/empty.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import type { WaitView } from "./fold-journal.ts";
import { lineageTree, relativesOf, type Relative } from "./lineage.ts";
import "./lineage.css";

const shownMax = 100;

/** Where the run comes from, which runs it called, and which were made from it, as a tree. */
export function LineageTab({
  run,
  status,
  waits,
}: {
  run: RunReply;
  status: string;
  waits: readonly WaitView[];
}): ReactElement {
  const relatives = relativesOf(run, waits);
  if (relatives.length === 0)
    return (
      <Empty title="This run has no relatives">
        It was started by itself, called no other run, and none was made from it.
      </Empty>
    );
  const { above, ownDepth, below } = lineageTree(relatives);
  const shown = below.slice(0, shownMax);
  return (
    <ol className="lineage panel" aria-label="This run and its relatives">
      {above.map((relative) => (
        <RelativeLine key={`${relative.relation} ${relative.runId}`} runId={run.id} relative={relative} />
      ))}
      <li className="lineage-line" aria-current="true">
        <Relation depth={ownDepth}>
          <strong>this run</strong>
        </Relation>
        <span className="lineage-status">
          <StatusMark status={status} />
        </span>
        <span className="lineage-run">{run.workflow}</span>
        <CopyId id={run.id} label="run id" />
        <span className="lineage-step" />
        <span className="muted small">
          <Moment at={run.createdAt} />
        </span>
      </li>
      {shown.map((relative) => (
        <RelativeLine key={`${relative.relation} ${relative.runId}`} runId={run.id} relative={relative} />
      ))}
      {below.length > shown.length ? (
        <li className="lineage-line muted">and {below.length - shown.length} more</li>
      ) : null}
    </ol>
  );
}

function Relation({ depth, children }: { depth: number; children: ReactNode }): ReactElement {
  return (
    <span
      className="lineage-relation muted"
      data-below={depth > 0 ? "" : undefined}
      style={{ "--depth": depth } as CSSProperties}
    >
      {children}
    </span>
  );
}

/** Runs of one workflow that were made one from the other. */
function isComparable(relation: Relative["relation"]): boolean {
  return relation === "replay of" || relation === "restarted from" || isMadeFrom(relation);
}

function isMadeFrom(relation: Relative["relation"]): boolean {
  return relation === "replay" || relation === "restart";
}

function RelativeLine({
  runId,
  relative,
}: {
  runId: string;
  relative: Relative & { readonly depth: number };
}): ReactElement {
  const { client } = useSignedIn();
  const run = useQuery({
    ...runQuery(client, relative.runId),
    staleTime: 5_000,
    enabled: relative.known === undefined,
  });
  const known = relative.known ?? run.data;
  return (
    <li className="lineage-line">
      <Relation depth={relative.depth}>{relative.relation}</Relation>
      <span className="lineage-status">
        {known !== undefined ? (
          <StatusMark status={known.status} />
        ) : run.error === null ? (
          <Skeleton height={12} width={90} />
        ) : (
          <span className="muted">deleted</span>
        )}
      </span>
      <span className="lineage-run">
        <Link to="/runs/$runId" params={{ runId: relative.runId }}>
          {known?.workflow ?? `#${shortId(relative.runId)}`}
        </Link>
      </span>
      <CopyId id={relative.runId} label="run id" />
      <span className="lineage-step muted small">
        {relative.step === undefined ? null : <Sentence text={`at \`${relative.step}\``} />}
      </span>
      <span className="muted small">{known === undefined ? null : <Moment at={known.createdAt} />}</span>
      <span className="lineage-compare small">
        {known === undefined || !isComparable(relative.relation) ? null : (
          <Link
            to="/runs/diff"
            search={isMadeFrom(relative.relation) ? { a: runId, b: relative.runId } : { a: relative.runId, b: runId }}
          >
            Compare
          </Link>
        )}
      </span>
    </li>
  );
}
