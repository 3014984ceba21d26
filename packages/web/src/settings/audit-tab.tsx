import type { AuditEntryReply } from "@mainspring/api";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { AuditSubject } from "./audit-subject.tsx";
import { detailsText, hasDetails } from "./details-text.ts";

const pageSize = 50;
const typingPauseMs = 300;
const dayMs = 86_400_000;

const withins = { "": "Any time", "1": "Last 24 hours", "7": "Last 7 days", "30": "Last 30 days" } as const;

/** Who changed what: one entry for each change, in a chain that can be checked. */
export function AuditTab(): ReactElement {
  const { client } = useSignedIn();
  const [action, setAction] = useState("");
  const [subject, setSubject] = useState("");
  const [days, setDays] = useState("");
  const [from, setFrom] = useState<string | undefined>(undefined);
  const [asked] = useDebouncedValue(
    { action: action.trim() || undefined, subject: subject.trim() || undefined, from },
    typingPauseMs,
  );
  const list = useInfiniteQuery({
    queryKey: ["audit", asked.action, asked.subject, asked.from],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list({ query: { ...asked, cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const isFiltered = Object.values(asked).some((one) => one !== undefined);
  return (
    <section aria-label="Audit log">
      <div className="settings-head">
        <div className="audit-filters">
          <TextInput
            size="xs"
            aria-label="Action"
            placeholder="Action: workflow.publish"
            value={action}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => setAction(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            aria-label="Subject"
            placeholder="Subject: workflow:orders"
            value={subject}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => setSubject(event.currentTarget.value)}
          />
          <NativeSelect
            size="xs"
            aria-label="Time"
            value={days}
            onChange={({ currentTarget: { value } }) => {
              setDays(value);
              setFrom(value === "" ? undefined : new Date(Date.now() - Number(value) * dayMs).toISOString());
            }}
            data={Object.entries(withins).map(([value, label]) => ({ value, label }))}
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
      <span className="muted small audit-seq">{seq}</span>
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
      <span className="muted small audit-who" title={actor}>
        {actorText(actor, identity.keyId)}
      </span>
      <span className="muted small audit-when">
        <Moment at={at} />
      </span>
    </li>
  );
}
