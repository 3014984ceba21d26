import type { CalendarReply } from "@mainspring/api";
import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function calendarsShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a business calendar")
    .description("Show a business calendar, as it can be set again.")
    .argument("<name>", "its name");
  performs(program, command, async (context, _, name = "") => {
    const { out } = context;
    const client = await context.client();
    const calendar = await client.calendars.get({ params: { name } });
    out.result(calendar, () => linesOf(calendar));
  });
}

function linesOf({ name, version, zone, week, holidays = [], exceptions = {} }: CalendarReply): string[] {
  const hours = (of: { readonly [days: string]: readonly string[] }): string[] =>
    Object.entries(of).map(([days, open]) => `  ${printable(days)}: [${open.map(printable).join(", ")}]`);
  return [
    `# ${printable(name)}, version ${version}`,
    `zone: ${printable(zone)}`,
    ...(Object.keys(week).length === 0 ? ["week: {}"] : ["week:", ...hours(week)]),
    ...(holidays.length === 0 ? [] : [`holidays: [${holidays.map(printable).join(", ")}]`]),
    ...(Object.keys(exceptions).length === 0 ? [] : ["exceptions:", ...hours(exceptions)]),
  ];
}
