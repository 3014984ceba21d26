import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { snapshotsQuery } from "../app/queries.ts";
import { Empty } from "../parts/empty.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { exactTime } from "../time/time.ts";
import "./snapshots.css";

/** What an earlier engine stored of a run as it went along. Nothing writes such rows any more. */
export function SnapshotsTab({ runId }: { runId: string }): ReactElement {
  const { client } = useSignedIn();
  const snapshots = useQuery(snapshotsQuery(client, runId));
  if (snapshots.error !== null && snapshots.data === undefined)
    return <ProblemNotice error={snapshots.error} onRetry={() => void snapshots.refetch()} />;
  if (snapshots.data === undefined) return <Skeleton height={160} />;
  if (snapshots.data.length === 0) return <Empty title="No snapshots were stored of this run" />;
  return (
    <ol className="snapshots" aria-label="Stored snapshots, in the order of their making">
      {snapshots.data.map((snapshot, index) => (
        <li key={snapshot.id} className="snapshot panel">
          <p className="snapshot-head">
            <span className="muted">{index + 1}</span> <time dateTime={snapshot.at}>{exactTime(snapshot.at)}</time>{" "}
            {snapshot.nodePath === null ? null : <code>{snapshot.nodePath}</code>}
          </p>
          <JsonView value={snapshot.state} label={`snapshot ${index + 1}`} />
        </li>
      ))}
    </ol>
  );
}
