import type { RunReply } from "@mainspring/api";
import type { JournalEntry, ReadonlyJson } from "@mainspring/core";
import { Tabs } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import { hasEnded } from "../status/status.ts";
import { DataTab } from "./data-tab.tsx";
import { lastSeqOf, type JournalView, type WaitView } from "./fold-journal.ts";
import { JournalTab } from "./journal-tab.tsx";
import { GraphTab } from "./graph-tab.tsx";
import { isLegacy } from "./legacy.ts";
import { LineageTab } from "./lineage-tab.tsx";
import type { RunPageSearch, RunTab } from "./run-search.ts";
import { SnapshotsTab } from "./snapshots-tab.tsx";
import type { StepRow } from "./step-rows.ts";
import { LoadingSteps, StepsTab } from "./steps-tab.tsx";
import { TimelineTab } from "./timeline-tab.tsx";
import { TasksTab } from "../tasks/tasks-tab.tsx";
import { WaitsTab } from "./waits-tab.tsx";

interface RunTabsProps {
  readonly run: RunReply;
  /** The journal up to the moment that is shown. */
  readonly view: JournalView;
  readonly steps: readonly StepRow[];
  readonly status: string;
  readonly endedAt: string | null;
  /** The last entry of the past moment that is shown; undefined: now. */
  readonly past: JournalEntry | undefined;
  readonly state: ReadonlyJson;
  /** Nothing is known of the journal yet, and there may be something in it. */
  readonly isLoading: boolean;
  readonly search: RunPageSearch;
  readonly onSearch: (next: RunPageSearch) => void;
  /** @param execution of the step to begin with */
  readonly onRestart: (execution: number) => void;
}

export function RunTabs(props: RunTabsProps): ReactElement {
  const { run, view, search, onSearch } = props;
  const openWaits = view.waits.filter((wait) => wait.status === "WAITING").length;
  const openTasks = view.waits.filter((wait) => wait.waitType === "human" && wait.status === "WAITING").length;
  const legacy = isLegacy(run);
  const first = legacy ? "snapshots" : "steps";
  return (
    <Tabs
      value={search.tab ?? first}
      onChange={(next) => onSearch({ ...search, tab: next === first || next === null ? undefined : (next as RunTab) })}
      keepMounted={false}
      className="run-tabs"
    >
      <Tabs.List>
        <Tab value="steps">Steps</Tab>
        {legacy ? null : <Tab value="graph">Graph</Tab>}
        {legacy ? null : <Tab value="timeline">Timeline</Tab>}
        <Tab value="waits" count={openWaits}>
          Waits
        </Tab>
        <Tab value="tasks" count={openTasks}>
          Tasks
        </Tab>
        <Tab value="data">Data</Tab>
        <Tab value="lineage">Lineage</Tab>
        <Tab value="journal" count={view.entries.length}>
          Journal
        </Tab>
        {legacy ? <Tab value="snapshots">Snapshots</Tab> : null}
      </Tabs.List>
      <Tabs.Panel value="steps">
        <StepsTab
          runId={run.id}
          steps={props.steps}
          startedAt={run.startedAt}
          endedAt={props.endedAt}
          selected={search.step}
          isLoading={props.isLoading}
          isOver={hasEnded(props.status)}
          onSelect={(step) => onSearch({ ...search, step })}
          onRestart={props.onRestart}
        />
      </Tabs.Panel>
      {legacy ? null : (
        <Tabs.Panel value="graph">
          {props.isLoading ? (
            <LoadingSteps />
          ) : (
            <GraphTab
              run={run}
              steps={props.steps}
              selected={search.step}
              onSelect={(step) => onSearch({ ...search, step })}
              onRestart={props.onRestart}
            />
          )}
        </Tabs.Panel>
      )}
      {legacy ? null : (
        <Tabs.Panel value="timeline">
          <TimelineTab
            runId={run.id}
            view={view}
            steps={props.steps}
            startedAt={run.startedAt}
            endedAt={props.endedAt}
            isOver={hasEnded(props.status)}
            isLoading={props.isLoading}
            selected={search.step}
            zoom={search.zoom}
            onSelect={(step) => onSearch({ ...search, step })}
            onZoom={(zoom) => onSearch({ ...search, zoom })}
            onRestart={props.onRestart}
          />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="waits">{props.isLoading ? <LoadingSteps /> : <WaitsTab waits={view.waits} />}</Tabs.Panel>
      <Tabs.Panel value="tasks">
        <TasksTab runId={run.id} asOf={tasksAsOf(view.waits)} />
      </Tabs.Panel>
      <Tabs.Panel value="data">
        <DataTab run={run} status={props.status} state={props.state} seq={lastSeqOf(view)} />
      </Tabs.Panel>
      <Tabs.Panel value="lineage">
        <LineageTab run={run} status={props.status} waits={view.waits} />
      </Tabs.Panel>
      <Tabs.Panel value="journal">
        {props.isLoading ? <LoadingSteps /> : <JournalTab entries={view.entries} legacy={legacy} />}
      </Tabs.Panel>
      {legacy ? (
        <Tabs.Panel value="snapshots">
          <SnapshotsTab runId={run.id} />
        </Tabs.Panel>
      ) : null}
    </Tabs>
  );
}

/** Changes with everything that the journal tells of tasks. */
function tasksAsOf(waits: readonly WaitView[]): string {
  return waits.map(({ waitType, status }) => (waitType === "human" ? status : "")).join();
}

function Tab({ value, count, children }: { value: RunTab; count?: number; children: ReactNode }): ReactElement {
  return (
    <Tabs.Tab value={value}>
      {children}
      {count === undefined || count === 0 ? null : <span className="tab-count muted">{count}</span>}
    </Tabs.Tab>
  );
}
