import type { Command } from "commander";
import { writeText } from "../../input/write-text.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly output?: string;
}

export function runsExport(program: Program, parent: Command): void {
  const command = parent
    .command("export")
    .summary("write all that is recorded of a run as one document")
    .description(
      "Write run, steps, waits, invocations, journal, snapshots, definition and version as one JSON document. Sensitive values are masked.",
    )
    .argument("<id>", "the run's id")
    .option("-o, --output <file>", "into this file; left out: to standard output");
  performs<Options>(program, command, async (context, { output }, id = "") => {
    const { out, io } = context;
    const client = await context.client();
    const exported = await client.runs.export({ params: { id } });
    const text = JSON.stringify(exported, null, 2);
    if (output === undefined) {
      out.result(exported, () => [text]);
      return;
    }
    const file = await writeText(output, `${text}\n`, io);
    out.result({ file }, () => [`written to ${file}`]);
  });
}
