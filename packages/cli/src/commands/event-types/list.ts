import type { Command } from "commander";
import type { EventTypeReply } from "@mainspring/api";
import { allItems } from "../../input/all-items.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function eventTypesList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list event types")
    .description("List what is known of events, in the order of their names.");
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const items = await allItems((cursor) => client.eventTypes.list({ query: { cursor, limit: 200 } }));
    out.result({ items }, () => (items.length === 0 ? ["No event types."] : typeTable(items, out)));
  });
}

function typeTable(types: readonly EventTypeReply[], out: Output): string[] {
  return table(
    types,
    [
      { title: "NAME", of: ({ name }) => printable(name) },
      { title: "SCHEMA", of: ({ schema }) => (schema === null ? "anything" : "yes") },
      { title: "KEY AT", of: ({ correlationPaths }) => printable(correlationPaths.join(", ")) },
      { title: "CHANGED", of: ({ updatedAt }) => instantText(updatedAt) },
    ],
    out.tableOptions,
  );
}
