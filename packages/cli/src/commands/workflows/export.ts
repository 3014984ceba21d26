import type { Command } from "commander";
import { writeText } from "../../input/write-text.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly output?: string;
}

export function workflowsExport(program: Program, parent: Command): void {
  const command = parent
    .command("export")
    .summary("write workflows as one document, to carry them elsewhere")
    .description(
      "Write workflows, the published version or the draft of one that has none, with the forms, calendars, event types, schedules and webhooks that they use, as a bundle. Secrets are named, and never in it.",
    )
    .argument("<key...>", "their keys")
    .option("-o, --output <file>", "into this file; left out: to standard output");
  performs<Options>(program, command, async (context, { output }, ...keys) => {
    const { out, io } = context;
    const client = await context.client();
    const bundle = await client.workflows.exportMany({ body: { keys: keys.flat() } });
    const text = JSON.stringify(bundle, null, 2);
    if (output === undefined) {
      out.result(bundle, () => [text]);
      return;
    }
    const file = await writeText(output, `${text}\n`, io);
    out.result({ file }, () => [`written to ${file}`]);
  });
}
