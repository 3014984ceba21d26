import type { Command } from "commander";
import type { TaskReply, TaskStatusName } from "@mainspring/api";
import { choices } from "../../input/choices.ts";
import { instant } from "../../input/instants.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";

interface Options extends PageOptions {
  readonly status?: TaskStatusName[];
  readonly mine?: boolean;
  readonly assignee?: string;
  readonly run?: string;
  readonly workflow?: string;
  readonly due?: string;
}

/** As in the contract; written here so that the help needs none of it. */
const statuses: readonly TaskStatusName[] = ["OPEN", "CLAIMED", "COMPLETED", "CANCELED", "EXPIRED"];

export function tasksList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list tasks, those due first before the others")
    .description("List tasks, those due first before the others. All filters hold together.")
    .addOption(choices("--status <status>", "with this status", statuses))
    .option("--mine", "that name you or that you have claimed; open ones, unless --status says otherwise")
    .option("--assignee <name>", "assigned to this user or group, or claimed by them")
    .option("--run <id>", "of this run")
    .option("--workflow <key>", "of runs of this workflow")
    .option("--due <time>", "due before this time, such as 2031-03-30T00:30:00Z", instant);
  pageOptions(command);
  performs<Options>(program, command, async (context, { run: runId, mine, ...filters }) => {
    const { out } = context;
    const { status, assignee, workflow, due, limit, cursor } = filters;
    const client = await context.client();
    const page = await client.tasks.list({
      query: {
        status,
        assignee,
        workflow,
        due,
        runId,
        limit,
        cursor,
        ...(mine === true ? { mine: "true" as const } : {}),
      },
    });
    pageResult(out, page, "No tasks.", (rows) => taskTable(rows, out));
  });
}

function taskTable(tasks: readonly TaskReply[], out: Output): string[] {
  return table(
    tasks,
    [
      { title: "STATUS", of: ({ status }) => statusCell(status, out.paint) },
      { title: "DUE", of: ({ dueAt, overdue }) => instantText(dueAt) + (overdue ? " overdue" : "") },
      { title: "WORKFLOW", of: ({ workflow }) => printable(workflow) },
      { title: "FOR", of: (task) => printable(peopleOf(task)) },
      { title: "TASK", of: ({ id }) => id, whole: true },
      { title: "TITLE", of: ({ title }) => printable(title) },
    ],
    out.tableOptions,
  );
}

export function peopleOf({ assignTo, claimedBy }: TaskReply): string {
  return claimedBy ?? [...assignTo.users, ...assignTo.groups].join(", ");
}
