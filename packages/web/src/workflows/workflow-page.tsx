import { ApiProblem, type WorkflowReply } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { useTitle } from "../app/use-title.ts";
import { ViewChips } from "../parts/chips.tsx";
import { Empty } from "../parts/empty.tsx";
import { LiveMark } from "../parts/live-mark.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { CompareTab } from "./compare-tab.tsx";
import { GraphTab } from "./graph-tab.tsx";
import { workflowQuery } from "./queries.ts";
import { SettingsTab } from "./settings-tab.tsx";
import { StartDialog } from "./start-dialog.tsx";
import { StartsTab } from "./starts-tab.tsx";
import { VersionsTab } from "./versions-tab.tsx";
import { WhatIfTab } from "./what-if-tab.tsx";
import { workflowTabs, type WorkflowSearch, type WorkflowTab } from "./workflow-search.ts";
import { PausedLine, WorkflowControls } from "./workflow-state.tsx";
import "./workflows.css";

const tabNames: Record<WorkflowTab, string> = {
  versions: "Versions",
  graph: "Graph",
  compare: "Compare",
  "what-if": "What if",
  starts: "Starts",
  settings: "Settings",
};

/** A workflow: its draft and versions, how they differ, what starts it and why it did not, and how it is run. */
export function WorkflowPage({
  workflowKey,
  search,
  onSearch,
}: {
  workflowKey: string;
  search: WorkflowSearch;
  onSearch: (next: WorkflowSearch) => void;
}): ReactElement {
  useTitle(workflowKey);
  const { client } = useSignedIn();
  const read = useQuery(workflowQuery(client, workflowKey));
  const { data: workflow, error } = read;
  if (workflow === undefined)
    return (
      <main className="page" id="main">
        {error instanceof ApiProblem && error.status === 404 ? (
          <Empty title="No such workflow" page>
            <p>
              Your tenant has no workflow <code>{workflowKey}</code>.
            </p>
            <Link to="/workflows">All workflows</Link>
          </Empty>
        ) : (
          <>
            <div className="page-head">
              <h1>{workflowKey}</h1>
            </div>
            {error === null ? (
              <Skeleton height={320} />
            ) : (
              <ProblemNotice error={error} onRetry={() => void read.refetch()} />
            )}
          </>
        )}
      </main>
    );
  const tab = search.tab ?? "versions";
  return (
    <main className="page" id="main">
      <Head workflow={workflow} isBroken={error !== null || read.failureCount > 0} />
      <PausedLine workflow={workflow} />
      <div className="workflow-tabs">
        <ViewChips
          label="What of the workflow"
          views={workflowTabs}
          names={tabNames}
          shown={tab}
          onShow={(each) => onSearch(each === "versions" ? {} : { tab: each })}
        />
      </div>
      <Tab tab={tab} workflow={workflow} search={search} onSearch={onSearch} />
    </main>
  );
}

function Head({ workflow, isBroken }: { workflow: WorkflowReply; isBroken: boolean }): ReactElement {
  const mayStart = useMay("operator");
  const [isStarting, setStarting] = useState(false);
  const { key, name, publishedVersion, updatedAt } = workflow;
  return (
    <header className="workflow-head">
      <div className="workflow-head-main">
        <h1>{name}</h1>
        <span>{publishedVersion === null ? <span className="muted">not published</span> : `v${publishedVersion}`}</span>
        <span className="workflow-head-live">
          <LiveMark state={isBroken ? "broken" : "live"} />
        </span>
      </div>
      <p className="muted small workflow-head-facts">
        {name === key ? null : (
          <>
            <code>{key}</code> ·{" "}
          </>
        )}
        changed <Moment at={updatedAt} /> ·{" "}
        <Link to="/runs" search={{ workflow: key }}>
          runs
        </Link>{" "}
        ·{" "}
        <Link to="/schedules" search={{ workflow: key }}>
          schedules
        </Link>
      </p>
      <div className="workflow-controls">
        {mayStart && publishedVersion !== null ? (
          <Button size="xs" onClick={() => setStarting(true)}>
            Start…
          </Button>
        ) : null}
        <WorkflowControls workflow={workflow} />
      </div>
      {isStarting && publishedVersion !== null ? (
        <StartDialog workflow={key} version={publishedVersion} onClose={() => setStarting(false)} />
      ) : null}
    </header>
  );
}

function Tab({
  tab,
  ...props
}: {
  tab: WorkflowTab;
  workflow: WorkflowReply;
  search: WorkflowSearch;
  onSearch: (next: WorkflowSearch) => void;
}): ReactElement {
  switch (tab) {
    case "versions":
      return <VersionsTab {...props} />;
    case "graph":
      return <GraphTab {...props} />;
    case "compare":
      return <CompareTab {...props} />;
    case "what-if":
      return <WhatIfTab workflow={props.workflow} />;
    case "starts":
      return <StartsTab workflow={props.workflow} />;
    case "settings":
      return <SettingsTab workflow={props.workflow} />;
    default:
      return unreachable(tab);
  }
}

function unreachable(tab: never): never {
  throw new Error(`no tab ${String(tab)}`);
}
