import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function calendarsDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete a business calendar")
    .description(
      "Delete a business calendar. Waits that are open keep their time; those that would open fail with CALENDAR_UNKNOWN.",
    )
    .argument("<name>", "its name");
  performs(program, command, async (context, _, name = "") => {
    const { out } = context;
    const client = await context.client();
    await client.calendars.remove({ params: { name } });
    out.result({ name, deleted: true }, () => [`${out.paint("green", "✓")} calendar ${printable(name)} is deleted`]);
  });
}
