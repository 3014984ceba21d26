import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, type ReactElement } from "react";
import { runTasksQuery } from "../app/queries.ts";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { isOpenTask } from "./task.ts";
import { TaskPanel } from "./task-panel.tsx";

/**
 * What people are asked by one run, open tasks first.
 * @param asOf changes whenever the run's journal tells something new of a task
 */
export function TasksTab({ runId, asOf }: { runId: string; asOf: string }): ReactElement {
  const { client } = useSignedIn();
  const tasks = useQuery(runTasksQuery(client, runId));
  const { refetch } = tasks;
  useEffect(() => void refetch(), [asOf, refetch]);
  if (tasks.error !== null && tasks.data === undefined)
    return <ProblemNotice error={tasks.error} onRetry={() => void tasks.refetch()} />;
  if (tasks.data === undefined) return <Skeleton height={160} />;
  if (tasks.data.length === 0) return <Empty title="This run has asked nobody anything so far" />;
  const inOrder = [...tasks.data.filter(isOpenTask), ...tasks.data.filter((task) => !isOpenTask(task))];
  return (
    <ul className="run-tasks" aria-label="Tasks of this run, open ones first">
      {inOrder.map((task) => (
        <li key={task.id} className="panel">
          <TaskPanel task={task} />
        </li>
      ))}
    </ul>
  );
}
