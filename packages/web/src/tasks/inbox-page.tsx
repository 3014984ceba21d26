import type { TaskReply } from "@mainspring/api";
import { Button, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRef, type ReactElement } from "react";
import { taskQuery, tasksQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { useTitle } from "../app/use-title.ts";
import { ViewChips } from "../parts/chips.tsx";
import { Empty } from "../parts/empty.tsx";
import { LiveMark } from "../parts/live-mark.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { assigneeText } from "../run/headline.ts";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { inboxViews, nextTask, type InboxSearch, type InboxView } from "./inbox-search.ts";
import { isOpenTask } from "./task.ts";
import { TaskPanel } from "./task-panel.tsx";
import "./tasks.css";

const viewNames: Record<InboxView, string> = { mine: "Mine", open: "All open", closed: "Closed" };

/** What people are asked, by due time; the form of the chosen task beside the list. */
export function InboxPage({
  search,
  onSearch,
}: {
  search: InboxSearch;
  onSearch: (next: InboxSearch) => void;
}): ReactElement {
  useTitle("Inbox");
  const { client } = useSignedIn();
  const view = search.show ?? "mine";
  const isWide = useMediaQuery("(min-width: 900px)", true, { getInitialValueInEffect: false });
  const tasks = useQuery(tasksQuery(client, view));
  const list = useRef<HTMLUListElement>(null);
  const ids = tasks.data?.map(({ id }) => id) ?? [];
  // On a wide page something is open at once; on a narrow one the list comes first.
  const chosen = search.task ?? (isWide ? ids[0] : undefined);

  function choose(task: string | undefined): void {
    onSearch({ ...search, task });
  }
  function move(by: 1 | -1): void {
    const at = chosen === undefined ? -1 : ids.indexOf(chosen);
    const next = ids[at < 0 ? (by === 1 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    choose(next);
    list.current?.querySelector<HTMLElement>(`[data-task="${next}"]`)?.focus();
  }
  useKeys({ j: () => move(1), k: () => move(-1), Escape: () => choose(undefined) });

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Inbox</h1>
        <LiveMark
          state={
            tasks.error !== null || tasks.failureCount > 0 ? "broken" : tasks.data === undefined ? "connecting" : "live"
          }
        />
      </div>
      <div className="inbox-views">
        <ViewChips
          label="Which tasks"
          views={inboxViews}
          names={viewNames}
          shown={view}
          onShow={(each) => onSearch(each === "mine" ? {} : { show: each })}
        />
      </div>
      {tasks.error !== null && tasks.data === undefined ? (
        <ProblemNotice error={tasks.error} onRetry={() => void tasks.refetch()} />
      ) : tasks.data === undefined ? (
        <LoadingInbox />
      ) : (
        <div className="inbox">
          <div className="inbox-list panel">
            {tasks.data.length === 0 ? (
              <NoTasks view={view} onAll={() => onSearch({ show: "open" })} />
            ) : (
              <ul ref={list} aria-label="Tasks, those due first before the others">
                {tasks.data.map((task) => (
                  <li key={task.id}>
                    <TaskLine task={task} isChosen={task.id === chosen} onChoose={() => choose(task.id)} />
                    {!isWide && task.id === search.task ? (
                      <TaskPanel task={task} withRun onDone={() => choose(nextTask(ids, task.id))} />
                    ) : null}
                  </li>
                ))}
              </ul>
            )}
          </div>
          {isWide && chosen !== undefined ? (
            <div className="inbox-task panel">
              <ChosenTask
                key={chosen}
                id={chosen}
                listed={tasks.data.find(({ id }) => id === chosen)}
                onDone={() => choose(nextTask(ids, chosen))}
              />
            </div>
          ) : null}
        </div>
      )}
    </main>
  );
}

/** A task that its address names but the list does not have, as one that is closed by now, is read by itself. */
function ChosenTask({
  id,
  listed,
  onDone,
}: {
  id: string;
  listed: TaskReply | undefined;
  onDone: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const read = useQuery({ ...taskQuery(client, id), enabled: listed === undefined });
  const task = listed ?? read.data;
  if (task !== undefined) return <TaskPanel task={task} withRun onDone={onDone} />;
  return read.error === null ? <Skeleton height={200} /> : <ProblemNotice error={read.error} />;
}

function TaskLine({
  task,
  isChosen,
  onChoose,
}: {
  task: TaskReply;
  isChosen: boolean;
  onChoose: () => void;
}): ReactElement {
  const { identity } = useSignedIn();
  const isOverdue = isOpenTask(task) && task.overdue;
  return (
    <button
      type="button"
      className="task-line"
      data-task={task.id}
      aria-current={isChosen ? "true" : undefined}
      onClick={onChoose}
    >
      <StatusIcon status={task.status} title={lookOf(task.status).word} />
      <span className="task-line-title">{task.title}</span>
      <span className="task-line-when small" data-overdue={isOverdue}>
        {task.closedAt !== null ? (
          <Moment at={task.closedAt} />
        ) : task.dueAt === null ? (
          <span className="muted">no due time</span>
        ) : (
          <>
            {isOverdue ? "overdue " : "due "}
            <Moment at={task.dueAt} />
          </>
        )}
      </span>
      <span className="task-line-more muted small">
        {task.workflow} · for {assigneeText(task.assignTo)}
        {task.claimedBy === null || !isOpenTask(task)
          ? null
          : ` · claimed by ${actorText(task.claimedBy, identity.keyId)}`}
      </span>
    </button>
  );
}

function NoTasks({ view, onAll }: { view: InboxView; onAll: () => void }): ReactElement {
  if (view === "closed") return <Empty title="No task has been closed yet" />;
  if (view === "open") return <Empty title="No run asks anybody anything" />;
  return (
    <Empty title="Nothing waits for you">
      <Button variant="default" size="xs" onClick={onAll}>
        All open tasks
      </Button>
    </Empty>
  );
}

function LoadingInbox(): ReactElement {
  return (
    <div className="inbox" role="status">
      <span className="visually-hidden">Loading tasks</span>
      <div className="inbox-list panel">
        {Array.from({ length: 5 }, (_, index) => (
          <div key={index} className="task-line" aria-hidden="true">
            <Skeleton height={14} width={14} />
            <Skeleton height={12} width={180} />
          </div>
        ))}
      </div>
    </div>
  );
}
