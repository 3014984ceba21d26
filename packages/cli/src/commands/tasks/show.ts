import type { Command } from "commander";
import type { TaskReply } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { statusText } from "../../output/status.ts";
import { fields } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function tasksShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a task with its form")
    .description("Show a task: who is asked what, until when, and the form that an answer is held to.")
    .argument("<id>", "the task's id");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    const task = await client.tasks.get({ params: { id } });
    out.result(task, () => taskText(task, out));
  });
}

function taskText(task: TaskReply, { paint }: Output): string[] {
  const { reminders, assignTo } = task;
  return [
    ...fields(
      [
        ["title", printable(task.title)],
        ["status", statusText(task.status, paint)],
        ["about", task.description === null ? undefined : printable(task.description)],
        ["run", `${task.runId} of ${printable(task.workflow)}, step ${printable(task.stepId)}`],
        ["users", printable(assignTo.users.join(", "))],
        ["groups", printable(assignTo.groups.join(", "))],
        ["claimed by", printable(task.claimedBy ?? "")],
        ["due", instantText(task.dueAt) + (task.overdue ? " (overdue)" : "")],
        ["until", instantText(task.timeoutAt)],
        ["reminders", reminders.max === null ? undefined : `${reminders.sent} of ${reminders.max}`],
        [
          "answered by",
          task.answeredBy === null
            ? undefined
            : printable(task.answeredBy) + (task.overridden ? ", past the form" : ""),
        ],
        ["form", task.formName === null ? undefined : printable(task.formName)],
      ],
      paint,
    ),
    ...value("Context", task.context, paint),
    ...(task.status === "COMPLETED" ? value("Answer", task.answer, paint) : value("Form", task.form, paint)),
  ];
}

function value(title: string, held: unknown, paint: Output["paint"]): string[] {
  if (held === null) return [];
  return [
    "",
    paint("bold", title),
    ...JSON.stringify(held, undefined, 2)
      .split("\n")
      .map((line) => printable(line)),
  ];
}
