import type { AuditEntryReply } from "@mainspring/api";
import { Button, NativeSelect } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useMemo, type ReactElement } from "react";
import { ActorLink } from "../parts/actor-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { FilterText } from "../parts/filter-text.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { AuditSubject } from "./audit-subject.tsx";
import { detailsText, hasDetails } from "./details-text.ts";
import { auditSpans, auditTextMax, type SettingsSearch } from "./settings-search.ts";

const pageSize = 50;
const dayMs = 86_400_000;

/** Who changed what: one entry for each change, in a chain that can be checked. */
export function AuditTab({
  search,
  onSearch,
}: {
  search: SettingsSearch;
  onSearch: (next: SettingsSearch) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const { action, subject, days } = search;
  // Of the time at which it was asked for: a list that moves its beginning would lose its pages.
  const from = useMemo(
    () => (days === undefined ? undefined : new Date(Date.now() - days * dayMs).toISOString()),
    [days],
  );
  const list = useInfiniteQuery({
    queryKey: ["audit", action, subject, from],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list({ query: { action, subject, from, cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const isFiltered = [action, subject, days].some((one) => one !== undefined);
  return (
    <section aria-label="Audit log">
      <div className="settings-head">
        <div className="audit-filters">
          <FilterText
            label="Action"
            hint="Action: workflow.publish"
            value={action}
            maxLength={auditTextMax}
            onChange={(next) => onSearch({ ...search, action: next })}
            isFirst
          />
          <FilterText
            label="Subject"
            hint="Subject: workflow:orders"
            value={subject}
            maxLength={auditTextMax}
            onChange={(next) => onSearch({ ...search, subject: next })}
          />
          <NativeSelect
            size="xs"
            aria-label="Time"
            value={days ?? ""}
            onChange={({ currentTarget: { value } }) =>
              onSearch({ ...search, days: auditSpans.find((each) => each === Number(value)) })
            }
            data={[
              { value: "", label: "Any time" },
              ...auditSpans.map((each) => ({
                value: String(each),
                label: each === 1 ? "Last 24 hours" : `Last ${each} days`,
              })),
            ]}
          />
        </div>
        <Verify />
      </div>
      <Loaded query={list} what="the audit log" height={160}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.items);
          return (
            <div className="panel settings-list" aria-busy={list.isPlaceholderData}>
              {entries.length === 0 ? (
                <Empty title={isFiltered ? "No entry passes these filters" : "Nothing was changed yet"}>
                  {isFiltered ? "Action and subject are compared whole." : undefined}
                </Empty>
              ) : (
                <ol aria-label="Audit log, newest first">
                  {entries.map((entry) => (
                    <AuditLine key={entry.id} entry={entry} />
                  ))}
                </ol>
              )}
              <MoreButton list={list} />
            </div>
          );
        }}
      </Loaded>
    </section>
  );
}

/** Recomputes the chain; what it found stands beside the button. */
function Verify(): ReactElement {
  const { client } = useSignedIn();
  const verify = useMutation({ mutationFn: () => client.audit.verify({}) });
  return (
    <span className="settings-head-end">
      <span role="status" className="small">
        {verify.data === undefined
          ? ""
          : verify.data.valid
            ? `All ${verify.data.entries} entries are as they were written.`
            : `${verify.data.faults.length} entries are not as they were written: ${verify.data.faults
                .slice(0, 5)
                .map(({ seq, fault }) => `${seq} ${fault}`)
                .join(", ")}.`}
      </span>
      <Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        Verify the chain
      </Button>
      {verify.error === null ? null : <ProblemNotice error={verify.error} />}
    </span>
  );
}

function AuditLine({ entry: { seq, at, actor, action, subject, details } }: { entry: AuditEntryReply }): ReactElement {
  const { identity } = useSignedIn();
  const said = detailsText(details);
  return (
    <li className="setting audit-entry">
      <span className="muted small">{seq}</span>
      <span className="audit-what">
        <code>{action}</code> <AuditSubject subject={subject} />
        {said === undefined ? null : <span className="muted small"> {said}</span>}
        {said === undefined && hasDetails(details) ? (
          <details className="small">
            <summary className="muted">Details</summary>
            <JsonView value={details} label={`details of entry ${seq}`} />
          </details>
        ) : null}
      </span>
      <span className="muted small audit-who">
        <ActorLink actor={actor} keyId={identity.keyId} />
      </span>
      <span className="muted small audit-when">
        <Moment at={at} />
      </span>
    </li>
  );
}
