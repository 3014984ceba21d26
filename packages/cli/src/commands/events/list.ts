import { InvalidArgumentError, Option, type Command } from "commander";
import type { InboxEvent } from "@mainspring/api";
import { wholeNumber } from "../../input/numbers.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly name?: string;
  readonly key?: string;
  readonly status?: InboxEvent["status"][];
  readonly unmatched?: boolean;
  readonly source?: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly cursor?: string;
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
    .addOption(
      new Option("--status <status>", `with this status; may be given several times: ${statuses.join(", ")}`).argParser(
        statusOption,
      ),
    )
    .option("--unmatched", "that are done with, while no run took them or was started by them")
    .option("--source <source>", "of this source")
    .option("--id <id>", "with this id at their source")
    .option("--from <time>", "accepted then or later, such as 2031-03-30T00:30:00Z", timeOption)
    .option("--to <time>", "accepted before then", timeOption)
    .option("--limit <n>", "at most so many", wholeNumber(1, 200), 20)
    .option("--cursor <cursor>", "the next page, as the page before named it");
  performs<Options>(program, command, async (context, options) => {
    const { out } = context;
    const { name, key: correlationKey, status, source, id, from, to, unmatched, limit, cursor } = options;
    const client = await context.client();
    const only = unmatched === true ? { unmatched: "true" as const } : {};
    const query = { name, correlationKey, status, source, id, from, to, limit, cursor, ...only };
    const page = await client.events.list({ query });
    out.result(page, () => (page.items.length === 0 ? ["No events."] : eventTable(page.items, out)));
    if (page.nextCursor !== null && !out.isJson) out.progress(`There are more: --cursor ${page.nextCursor}`);
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
      { title: "EVENT", of: ({ eventId }) => eventId },
    ],
    out.tableOptions,
  );
}

function statusOption(text: string, before: InboxEvent["status"][] = []): InboxEvent["status"][] {
  const status = statuses.find((one) => one === text.toLowerCase());
  if (status === undefined) throw new InvalidArgumentError(`It is one of ${statuses.join(", ")}.`);
  return [...before, status];
}

function timeOption(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError("Expected a time such as 2031-03-30T00:30:00Z.");
  return text;
}
