import type { Command } from "commander";
import { readDocument } from "../../input/read-document.ts";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function calendarsSet(program: Program, parent: Command): void {
  const command = parent
    .command("set")
    .summary("create or change a business calendar")
    .description(
      "Create or change a business calendar. A change counts for waits that open from now on; those that are open keep their time.",
    )
    .argument("<name>", "as waits name it: business: { days: 2, calendar: <name> }")
    .argument("<file>", "YAML or JSON with zone, week, holidays, exceptions; - for standard input");
  performs(program, command, async (context, _, name = "", file = "") => {
    const { io, out } = context;
    const body = await readDocument(file, io, { kind: "calendar", members: "zone, week, holidays and exceptions" });
    const client = await context.client();
    const calendar = await client.calendars.put({ params: { name }, body });
    out.result(calendar, () => [
      `${out.paint("green", "✓")} calendar ${printable(calendar.name)} is set, version ${calendar.version}`,
    ]);
  });
}
