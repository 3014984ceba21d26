import type { Command } from "commander";
import type { ScheduleReply, ScheduleStateName } from "@mainspring/api";
import { choices } from "../../input/choices.ts";
import { printable } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";
import { specText } from "./text.ts";

interface Options extends PageOptions {
  readonly workflow?: string;
  readonly state?: ScheduleStateName[];
}

/** As in the contract; written here so that the help needs none of it. */
const states: readonly ScheduleStateName[] = ["active", "paused", "disabled", "completed"];

export function schedulesList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list schedules, newest first")
    .description("List schedules, newest first. All filters hold together.")
    .option("--workflow <key>", "of this workflow")
    .addOption(choices("--state <state>", "in this state", states));
  pageOptions(command);
  performs<Options>(program, command, async (context, { workflow, state, limit, cursor }) => {
    const { out } = context;
    const client = await context.client();
    const page = await client.schedules.list({ query: { workflow, state, limit, cursor } });
    const columns = [
      { title: "STATE", of: (row: ScheduleReply) => statusCell(row.state, out.paint) },
      { title: "WORKFLOW", of: (row: ScheduleReply) => printable(row.workflow) },
      { title: "NAME", of: (row: ScheduleReply) => (row.name === row.workflow ? "" : printable(row.name)) },
      { title: "WHEN", of: specText },
      { title: "LAST", of: (row: ScheduleReply) => instantText(row.lastNominalAt) },
      { title: "NEXT", of: (row: ScheduleReply) => instantText(row.nextAt) },
      { title: "SCHEDULE", of: (row: ScheduleReply) => row.id, whole: true as const },
      { title: "NOTE", of: (row: ScheduleReply) => printable(row.stateNote ?? row.note ?? "") },
    ];
    pageResult(out, page, "No schedules.", (rows) => table(rows, columns, out.tableOptions));
  });
}
