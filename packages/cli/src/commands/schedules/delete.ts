import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";

export function schedulesDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete a schedule")
    .description("Delete a schedule. Its runs stay, and so does what was decided about its times.")
    .argument("<id>", "the schedule's id");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    await client.schedules.remove({ params: { id } });
    out.result({ id, deleted: true }, () => [`${out.paint("green", "✓")} schedule ${id} is deleted`]);
  });
}
