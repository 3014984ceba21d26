import { InvalidArgumentError, Option, type Command } from "commander";
import type { ScheduleReply, ScheduleStateName } from "@mainspring/api";
import { wholeNumber } from "../../input/numbers.ts";
import { printable } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";
import { specText } from "./text.ts";

interface Options {
  readonly workflow?: string;
  readonly state?: ScheduleStateName[];
  readonly limit: number;
  readonly cursor?: string;
}

/** As in the contract; written here so that the help needs none of it. */
const states: readonly ScheduleStateName[] = ["active", "paused", "disabled", "completed"];

export function schedulesList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list schedules, newest first")
    .description("List schedules, newest first. All filters hold together.")
    .option("--workflow <key>", "of this workflow")
    .addOption(
      new Option("--state <state>", `in this state; may be given several times: ${states.join(", ")}`).argParser(
        stateOption,
      ),
    )
    .option("--limit <n>", "at most so many", wholeNumber(1, 200), 20)
    .option("--cursor <cursor>", "the next page, as the page before named it");
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
      { title: "SCHEDULE", of: (row: ScheduleReply) => row.id },
      { title: "NOTE", of: (row: ScheduleReply) => printable(row.stateNote ?? row.note ?? "") },
    ];
    out.result(page, () =>
      page.items.length === 0 ? ["No schedules."] : table(page.items, columns, out.tableOptions),
    );
    if (page.nextCursor !== null && !out.isJson) out.progress(`There are more: --cursor ${page.nextCursor}`);
  });
}

function stateOption(text: string, before: ScheduleStateName[] | undefined): ScheduleStateName[] {
  const state = states.find((one) => one === text.toLowerCase());
  if (state === undefined) throw new InvalidArgumentError(`It is one of ${states.join(", ")}.`);
  return [...(before ?? []), state];
}
