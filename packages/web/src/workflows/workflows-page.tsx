import type { WorkflowSummary } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { versionsQuery, workflowsQuery } from "../app/queries.ts";
import { useTitle } from "../app/use-title.ts";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { StartDialog } from "./start-dialog.tsx";
import { PausedLine, WorkflowControls } from "./workflow-state.tsx";
import type { WorkflowsSearch } from "./workflows-search.ts";
import "./workflows.css";

export function WorkflowsPage({
  search,
  onSearch,
}: {
  search: WorkflowsSearch;
  onSearch: (next: WorkflowsSearch) => void;
}): ReactElement {
  useTitle("Workflows");
  const { client } = useSignedIn();
  const workflows = useQuery(workflowsQuery(client));
  const starting = workflows.data?.find(
    (workflow) => workflow.key === search.start && workflow.publishedVersion !== null,
  );
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Workflows</h1>
      </div>
      {workflows.error !== null && workflows.data === undefined ? (
        <ProblemNotice error={workflows.error} onRetry={() => void workflows.refetch()} />
      ) : null}
      {workflows.isPending ? <Skeleton height={160} /> : null}
      {workflows.data === undefined ? null : workflows.data.length === 0 ? (
        <div className="panel">
          <Empty title="No workflows yet">
            Publish one with <code>mainspring publish FILE</code> or <code>POST /api/v1/workflows</code>.
          </Empty>
        </div>
      ) : (
        <ul className="workflows panel">
          {workflows.data.map((workflow) => (
            <WorkflowLine key={workflow.key} workflow={workflow} onStart={() => onSearch({ start: workflow.key })} />
          ))}
        </ul>
      )}
      {starting === undefined || starting.publishedVersion === null ? null : (
        <StartDialog workflow={starting.key} version={starting.publishedVersion} onClose={() => onSearch({})} />
      )}
    </main>
  );
}

function WorkflowLine({ workflow, onStart }: { workflow: WorkflowSummary; onStart: () => void }): ReactElement {
  const mayStart = useMay("operator");
  const [isOpen, setOpen] = useState(false);
  const published = workflow.publishedVersion;
  return (
    <li className="workflow">
      <div className="workflow-line">
        <div className="workflow-name">
          <h2>{workflow.name}</h2>
          <code className="muted">{workflow.key}</code>
        </div>
        <div className="workflow-version">
          {published === null ? (
            <span className="muted">draft only</span>
          ) : (
            <button
              type="button"
              className="plain-button workflow-versions-button"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              v{published}
              <span className="visually-hidden"> of {workflow.key}: all versions</span>
            </button>
          )}
        </div>
        <span className="muted small">
          changed <Moment at={workflow.updatedAt} />
        </span>
        <Link to="/runs" search={{ workflow: workflow.key }} className="small">
          Runs<span className="visually-hidden"> of {workflow.key}</span>
        </Link>
        {mayStart && published !== null ? (
          <Button variant="default" size="xs" onClick={onStart}>
            Start<span className="visually-hidden"> {workflow.key}</span>
          </Button>
        ) : (
          <span />
        )}
      </div>
      <PausedLine workflow={workflow} />
      {isOpen ? (
        <>
          <WorkflowControls workflow={workflow} />
          <Versions workflow={workflow.key} />
        </>
      ) : null}
    </li>
  );
}

function Versions({ workflow }: { workflow: string }): ReactElement {
  const { client } = useSignedIn();
  const versions = useQuery(versionsQuery(client, workflow));
  if (versions.error !== null) return <ProblemNotice error={versions.error} onRetry={() => void versions.refetch()} />;
  if (versions.data === undefined) return <Skeleton height={28} />;
  return (
    <ol className="versions small" reversed>
      {versions.data.items.map((version) => (
        <li key={version.version}>
          <span>v{version.version}</span>
          <code className="muted" title={version.definitionHash}>
            {version.definitionHash.slice(0, 12)}
          </code>
          <span className="muted">
            published <Moment at={version.publishedAt} />
            {version.publishedBy === null ? null : ` by ${version.publishedBy}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
