import type { Command } from "commander";
import { readDocument } from "../../input/read-document.ts";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function eventTypesSet(program: Program, parent: Command): void {
  const command = parent
    .command("set")
    .summary("create or change an event type")
    .description(
      "Create or change what is known of events of a name. Events that are accepted from now on are held to its schema.",
    )
    .argument("<name>", "of the events")
    .argument("<file>", "YAML or JSON with description, schema, correlationPaths, samples; - for standard input");
  performs(program, command, async (context, _, name = "", file = "") => {
    const { io, out } = context;
    const body = await readDocument(file, io, {
      kind: "event type",
      members: "description, schema, correlationPaths and samples",
    });
    const client = await context.client();
    const type = await client.eventTypes.put({ params: { name }, body });
    out.result(type, () => [
      `${out.paint("green", "✓")} event type ${printable(type.name)} is set, revision ${type.revision}`,
    ]);
  });
}
