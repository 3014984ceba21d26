import type { JsonObject } from "@mainspring/core";
import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { readText } from "../../input/read-text.ts";
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
    const { parseDefinition } = await import("@mainspring/core/compile");
    // Read as definitions are; what it must have is for the server to say, with the place.
    const { document, issues } = parseDefinition(await readText(file, io)) as {
      readonly document?: unknown;
      readonly issues?: readonly { readonly message: string }[];
    };
    if (typeof document !== "object" || document === null || Array.isArray(document))
      throw usageError(
        `${file} is no event type: ${issues?.[0]?.message ?? "it has no members."}`,
        "An event type has description, schema, correlationPaths and samples.",
      );
    const client = await context.client();
    const type = await client.eventTypes.put({ params: { name }, body: document as JsonObject });
    out.result(type, () => [
      `${out.paint("green", "✓")} event type ${printable(type.name)} is set, revision ${type.revision}`,
    ]);
  });
}
