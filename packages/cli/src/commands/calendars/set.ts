import type { JsonObject } from "@mainspring/core";
import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { readText } from "../../input/read-text.ts";
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
    const { parseDefinition } = await import("@mainspring/core/compile");
    // Read as definitions are; what it must have is for the server to say, with the place.
    const { document, issues } = parseDefinition(await readText(file, io)) as {
      readonly document?: unknown;
      readonly issues?: readonly { readonly message: string }[];
    };
    if (typeof document !== "object" || document === null || Array.isArray(document))
      throw usageError(
        `${file} is no calendar: ${issues?.[0]?.message ?? "it has no members."}`,
        "A calendar has zone, week, holidays and exceptions.",
      );
    const client = await context.client();
    const calendar = await client.calendars.put({ params: { name }, body: document as JsonObject });
    out.result(calendar, () => [
      `${out.paint("green", "✓")} calendar ${printable(calendar.name)} is set, version ${calendar.version}`,
    ]);
  });
}
