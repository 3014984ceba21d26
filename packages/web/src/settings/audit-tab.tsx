import { Button, Skeleton, TextInput } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";

const pageSize = 50;

/** Who changed what: one entry for each change, in a chain that can be checked. */
export function AuditTab(): ReactElement {
  const { client, identity } = useSignedIn();
  const [action, setAction] = useState("");
  const asked = action.trim() === "" ? undefined : action.trim();
  const list = useInfiniteQuery({
    queryKey: ["audit", asked],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list({ query: { action: asked, cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const verify = useMutation({ mutationFn: () => client.audit.verify({}) });
  const entries = list.data?.pages.flatMap((page) => page.items);
  if (entries === undefined)
    return list.error === null ? (
      <Skeleton height={160} />
    ) : (
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
    );
  return (
    <section aria-label="Audit log">
      <div className="settings-head">
        <TextInput
          size="xs"
          aria-label="Action"
          placeholder="Action, such as workflow.publish"
          value={action}
          maxLength={500}
          className="audit-filter"
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <span className="settings-head-end">
          <span role="status" className="small">
            {verify.data === undefined
              ? ""
              : verify.data.valid
                ? `All ${verify.data.entries} entries are as they were written.`
                : `${verify.data.faults.length} entries are not as they were written.`}
          </span>
          <Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
            Verify the chain
          </Button>
        </span>
      </div>
      {verify.error === null ? null : <ProblemNotice error={verify.error} />}
      <div className="panel settings-list">
        {entries.length === 0 ? (
          <Empty title={asked === undefined ? "Nothing was changed yet" : "No entry of this action"} />
        ) : (
          <ol aria-label="Audit log, newest first">
            {entries.map((entry) => (
              <li key={entry.id} className="setting audit-entry">
                <span className="muted small audit-seq">{entry.seq}</span>
                <span className="audit-what">
                  <code>{entry.action}</code> <span>{entry.subject}</span>
                  {entry.details === null ? null : (
                    <details className="small">
                      <summary className="muted">Details</summary>
                      <JsonView value={entry.details} label={`details of entry ${entry.seq}`} />
                    </details>
                  )}
                </span>
                <span className="muted small">{actorText(entry.actor, identity.keyId)}</span>
                <span className="muted small audit-when">
                  <Moment at={entry.at} />
                </span>
              </li>
            ))}
          </ol>
        )}
        {list.hasNextPage ? (
          <div className="runs-more">
            <Button
              variant="default"
              size="xs"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Load more
            </Button>
          </div>
        ) : null}
      </div>
    </section>
  );
}
