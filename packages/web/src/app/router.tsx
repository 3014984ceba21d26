import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  redirect,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import type { ReactElement } from "react";
import { EventsPage } from "../events/events-page.tsx";
import { readEventsSearch } from "../events/events-search.ts";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { RunPage } from "../run/run-page.tsx";
import { readRunSearch } from "../run/run-search.ts";
import { DiffPage } from "../runs/diff-page.tsx";
import { readDiffSearch } from "../runs/diff-search.ts";
import { RunsPage } from "../runs/runs-page.tsx";
import { readRunsSearch } from "../runs/runs-search.ts";
import { SchedulesPage } from "../schedules/schedules-page.tsx";
import { readSchedulesSearch } from "../schedules/schedules-search.ts";
import { SettingsPage } from "../settings/settings-page.tsx";
import { readSettingsSearch } from "../settings/settings-search.ts";
import { InboxPage } from "../tasks/inbox-page.tsx";
import { readInboxSearch } from "../tasks/inbox-search.ts";
import { WorkflowPage } from "../workflows/workflow-page.tsx";
import { readWorkflowSearch } from "../workflows/workflow-search.ts";
import { WorkflowsPage } from "../workflows/workflows-page.tsx";
import { readWorkflowsSearch } from "../workflows/workflows-search.ts";
import { parseSearch, searchText } from "./search-text.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage, errorComponent: PageDefect });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/runs", replace: true });
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: readRunsSearch,
  component: function Runs(): ReactElement {
    const navigate = runs.useNavigate();
    return <RunsPage search={runs.useSearch()} onSearch={(search) => void navigate({ search, replace: true })} />;
  },
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId",
  validateSearch: readRunSearch,
  component: function Run(): ReactElement {
    const navigate = run.useNavigate();
    const { runId } = run.useParams();
    return (
      <RunPage
        key={runId}
        runId={runId}
        search={run.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

const diff = createRoute({
  getParentRoute: () => root,
  path: "/runs/diff",
  validateSearch: readDiffSearch,
  component: function Diff(): ReactElement {
    const navigate = diff.useNavigate();
    return <DiffPage search={diff.useSearch()} onSearch={(search) => void navigate({ search, resetScroll: false })} />;
  },
});

const workflows = createRoute({
  getParentRoute: () => root,
  path: "/workflows",
  validateSearch: readWorkflowsSearch,
  component: function Workflows(): ReactElement {
    const navigate = workflows.useNavigate();
    return (
      <WorkflowsPage
        search={workflows.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

const workflow = createRoute({
  getParentRoute: () => root,
  path: "/workflows/$key",
  validateSearch: readWorkflowSearch,
  component: function Workflow(): ReactElement {
    const navigate = workflow.useNavigate();
    const { key } = workflow.useParams();
    return (
      <WorkflowPage
        key={key}
        workflowKey={key}
        search={workflow.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: "/inbox",
  validateSearch: readInboxSearch,
  component: function Inbox(): ReactElement {
    const navigate = inbox.useNavigate();
    return (
      <InboxPage
        search={inbox.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

const events = createRoute({
  getParentRoute: () => root,
  path: "/events",
  validateSearch: readEventsSearch,
  component: function Events(): ReactElement {
    const navigate = events.useNavigate();
    return (
      <EventsPage
        search={events.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

const schedules = createRoute({
  getParentRoute: () => root,
  path: "/schedules",
  validateSearch: readSchedulesSearch,
  component: function Schedules(): ReactElement {
    const navigate = schedules.useNavigate();
    return (
      <SchedulesPage
        search={schedules.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: readSettingsSearch,
  component: function Settings(): ReactElement {
    const navigate = settings.useNavigate();
    return (
      <SettingsPage
        search={settings.useSearch()}
        onSearch={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
    );
  },
});

export const router = createRouter({
  routeTree: root.addChildren([home, runs, run, diff, inbox, events, schedules, workflows, workflow, settings]),
  parseSearch,
  stringifySearch: searchText,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function NoSuchPage(): ReactElement {
  return (
    <main className="page" id="main">
      <Empty title="There is no such page" page>
        <Link to="/runs">All runs</Link>
      </Empty>
    </main>
  );
}

function PageDefect({ error }: ErrorComponentProps): ReactElement {
  return (
    <main className="page" id="main">
      <ProblemNotice error={error} onRetry={() => window.location.reload()} />
    </main>
  );
}
