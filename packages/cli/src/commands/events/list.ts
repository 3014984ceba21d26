import type { Command } from "commander";
import type { InboxEvent } from "@mainspring/api";
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
  readonly name?: string;
  readonly key?: string;
  readonly status?: InboxEvent["status"][];
  readonly unmatched?: boolean;
  readonly source?: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
}

/** As in the contract; written here so that the help needs none of it. */
const statuses: readonly InboxEvent["status"][] = ["pending", "processing", "completed", "failed", "dead"];

export function eventsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list events, newest first")
    .description("List events that came in, newest first. All filters hold together.")
    .option("--name <name>", "of this name")
    .option("-k, --key <key>", "with this correlation key")
    .addOption(choices("--status <status>", "with this status", statuses))
    .option("--unmatched", "that are done with, while no run took them or was started by them")
    .option("--source <source>", "of this source")
    .option("--id <id>", "with this id at their source")
    .option("--from <time>", "accepted then or later, such as 2031-03-30T00:30:00Z", instant)
    .option("--to <time>", "accepted before then", instant);
  pageOptions(command);
  performs<Options>(program, command, async (context, options) => {
    const { out } = context;
    const { name, key: correlationKey, status, source, id, from, to, unmatched, limit, cursor } = options;
    const client = await context.client();
    const only = unmatched === true ? { unmatched: "true" as const } : {};
    const query = { name, correlationKey, status, source, id, from, to, limit, cursor, ...only };
    const page = await client.events.list({ query });
    pageResult(out, page, "No events.", (rows) => eventTable(rows, out));
  });
}

function eventTable(events: readonly InboxEvent[], out: Output): string[] {
  return table(
    events,
    [
      { title: "STATUS", of: ({ status }) => statusCell(status, out.paint) },
      { title: "NAME", of: ({ name }) => printable(name) },
      { title: "KEY", of: ({ correlationKey }) => printable(correlationKey ?? "") },
      { title: "SOURCE", of: ({ source }) => printable(source) },
      { title: "ID", of: ({ id }) => printable(id) },
      { title: "ACCEPTED", of: ({ receivedAt }) => instantText(receivedAt) },
      { title: "EVENT", of: ({ eventId }) => eventId, whole: true },
    ],
    out.tableOptions,
  );
}
