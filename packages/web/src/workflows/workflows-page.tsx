import type { WorkflowSummary } from "@mainspring/api";
import { Button, Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, type ReactElement } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { useTitle } from "../app/use-title.ts";
import { Empty } from "../parts/empty.tsx";
import { LiveMark } from "../parts/live-mark.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useListKeys } from "../parts/use-list-keys.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { StartDialog } from "./start-dialog.tsx";
import { PausedLine } from "./workflow-state.tsx";
import type { WorkflowsSearch } from "./workflows-search.ts";
import "./workflows.css";

const everyMs = 5_000;
/** From so many on they can be searched. */
const searchedFrom = 6;

export function WorkflowsPage({
  search,
  onSearch,
}: {
  search: WorkflowsSearch;
  onSearch: (next: WorkflowsSearch) => void;
}): ReactElement {
  useTitle("Workflows");
  const { client } = useSignedIn();
  const workflows = useQuery({ ...workflowsQuery(client), refetchInterval: everyMs });
  const list = useListKeys<HTMLUListElement>();
  const input = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => input.current?.select() });
  const all = workflows.data;
  const isBroken = workflows.error !== null || workflows.failureCount > 0;
  const q = (search.q ?? "").toLowerCase();
  const found = all?.filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(q));
  const starting = all?.find((workflow) => workflow.key === search.start && workflow.publishedVersion !== null);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Workflows</h1>
        <span className="page-head-end">
          <LiveMark state={isBroken ? "broken" : all === undefined ? "connecting" : "live"} />
          {all !== undefined && all.length >= searchedFrom ? (
            <TextInput
              ref={input}
              size="xs"
              aria-label="Key or name"
              placeholder="Key or name ( / )"
              value={search.q ?? ""}
              maxLength={200}
              autoComplete="off"
              onChange={({ currentTarget: { value } }) => onSearch({ ...search, q: value === "" ? undefined : value })}
              onKeyDown={(event) => {
                if (event.key !== "Escape") return;
                onSearch({ ...search, q: undefined });
                input.current?.blur();
              }}
            />
          ) : null}
        </span>
      </div>
      {workflows.error !== null && all === undefined ? (
        <ProblemNotice error={workflows.error} onRetry={() => void workflows.refetch()} />
      ) : null}
      {workflows.isPending ? <Skeleton height={160} /> : null}
      {all === undefined || found === undefined ? null : (
        <div className="panel">
          {all.length === 0 ? (
            <Empty title="No workflows yet">
              Publish one with <code>mainspring publish FILE</code> or <code>POST /api/v1/workflows</code>.
            </Empty>
          ) : found.length === 0 ? (
            <Empty title="No workflow has this in its key or name">
              <Button variant="default" size="xs" onClick={() => onSearch({ ...search, q: undefined })}>
                All workflows
              </Button>
            </Empty>
          ) : (
            <ul ref={list} aria-label="Workflows, by their keys">
              {found.map((workflow) => (
                <WorkflowLine
                  key={workflow.key}
                  workflow={workflow}
                  onStart={() => onSearch({ ...search, start: workflow.key })}
                />
              ))}
            </ul>
          )}
        </div>
      )}
      {starting === undefined || starting.publishedVersion === null ? null : (
        <StartDialog
          workflow={starting.key}
          version={starting.publishedVersion}
          onClose={() => onSearch({ ...search, start: undefined })}
        />
      )}
    </main>
  );
}

function WorkflowLine({ workflow, onStart }: { workflow: WorkflowSummary; onStart: () => void }): ReactElement {
  const mayStart = useMay("operator");
  const { key, name, publishedVersion, updatedAt } = workflow;
  return (
    <li className="workflow">
      <div className="workflow-line">
        <div className="workflow-name">
          <h2>
            <Link to="/workflows/$key" params={{ key }} className="workflow-link" data-line="">
              {name}
            </Link>
          </h2>
          {name === key ? null : <code className="muted">{key}</code>}
        </div>
        <span>{publishedVersion === null ? <span className="muted">draft only</span> : `v${publishedVersion}`}</span>
        <span className="muted small workflow-changed">
          changed <Moment at={updatedAt} />
        </span>
        <Link to="/runs" search={{ workflow: key }} className="small">
          Runs<span className="visually-hidden"> of {key}</span>
        </Link>
        {mayStart && publishedVersion !== null ? (
          <Button variant="default" size="xs" onClick={onStart}>
            Start<span className="visually-hidden"> {key}</span>…
          </Button>
        ) : (
          <span />
        )}
      </div>
      <PausedLine workflow={workflow} />
    </li>
  );
}
