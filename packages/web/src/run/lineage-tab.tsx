import type { RunReply } from "@mainspring/api";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { runQuery } from "../app/queries.ts";
import { CopyId, shortId } from "../parts/copy-id.tsx";
import { Empty } from "../parts/empty.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import type { WaitView } from "./fold-journal.ts";
import { relativesOf, type Relative } from "./lineage.ts";
import "./lineage.css";

const shownMax = 100;

/** Where the run comes from, which runs it called, and which were made from it. */
export function LineageTab({ run, waits }: { run: RunReply; waits: readonly WaitView[] }): ReactElement {
  const relatives = relativesOf(run, waits);
  if (relatives.length === 0)
    return (
      <Empty title="This run has no relatives">
        It was started by itself, called no other run, and none was made from it.
      </Empty>
    );
  const shown = relatives.slice(0, shownMax);
  return (
    <ol className="lineage panel" aria-label="Related runs">
      {shown.map((relative) => (
        <RelativeLine key={`${relative.relation} ${relative.runId}`} runId={run.id} relative={relative} />
      ))}
      {relatives.length > shown.length ? (
        <li className="lineage-line muted">and {relatives.length - shown.length} more</li>
      ) : null}
    </ol>
  );
}

/** Runs of one workflow that were made one from the other. */
function isComparable(relation: Relative["relation"]): boolean {
  return relation === "replay of" || relation === "restarted from" || isMadeFrom(relation);
}

function isMadeFrom(relation: Relative["relation"]): boolean {
  return relation === "replay" || relation === "restart";
}

function RelativeLine({ runId, relative }: { runId: string; relative: Relative }): ReactElement {
  const { client } = useSignedIn();
  const run = useQuery({
    ...runQuery(client, relative.runId),
    staleTime: 5_000,
    enabled: relative.known === undefined,
  });
  const known = relative.known ?? run.data;
  return (
    <li className="lineage-line">
      <span className="lineage-relation muted">{relative.relation}</span>
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
