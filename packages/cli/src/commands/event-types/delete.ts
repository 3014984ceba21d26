import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function eventTypesDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete an event type")
    .description("Delete an event type. Events of the name are accepted with any payload then.")
    .argument("<name>", "of the events");
  performs(program, command, async (context, _, name = "") => {
    const { out } = context;
    const client = await context.client();
    await client.eventTypes.remove({ params: { name } });
    out.result({ name, deleted: true }, () => [`${out.paint("green", "✓")} event type ${printable(name)} is deleted`]);
  });
}
