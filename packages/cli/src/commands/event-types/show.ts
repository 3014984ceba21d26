import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";

export function eventTypesShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show an event type")
    .description("Show an event type as JSON: its schema, where its key is found, its samples.")
    .argument("<name>", "of the events");
  performs(program, command, async (context, _, name = "") => {
    const { out } = context;
    const client = await context.client();
    const type = await client.eventTypes.get({ params: { name } });
    out.result(type, () => JSON.stringify(type, null, 2).split("\n"));
  });
}
