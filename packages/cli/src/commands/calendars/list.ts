import type { CalendarReply } from "@mainspring/api";
import type { Command } from "commander";
import { allItems } from "../../input/all-items.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function calendarsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list business calendars")
    .description("List the tenant's business calendars, by which waits count business time.");
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const items = await allItems((cursor) => client.calendars.list({ query: { cursor, limit: 200 } }));
    const columns = [
      { title: "CALENDAR", of: ({ name }: CalendarReply) => printable(name) },
      { title: "VERSION", of: ({ version }: CalendarReply) => String(version) },
      { title: "ZONE", of: ({ zone }: CalendarReply) => printable(zone) },
      { title: "CHANGED", of: ({ updatedAt }: CalendarReply) => instantText(updatedAt) },
      { title: "BY", of: ({ updatedBy }: CalendarReply) => printable(updatedBy ?? "") },
    ];
    out.result({ items }, () => (items.length === 0 ? ["no calendars"] : table(items, columns, out.tableOptions)));
  });
}
