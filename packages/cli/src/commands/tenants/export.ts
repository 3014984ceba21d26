import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { writeText } from "../../input/write-text.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly output?: string;
}

export function tenantsExport(program: Program, parent: Command): void {
  const command = parent
    .command("export")
    .summary("write all that is stored of a tenant")
    .description(
      "Write every row of every table of a tenant as lines of JSON; secrets and keys without their values. Suspend the tenant first for a still picture. Needs the platform's key.",
    )
    .argument("<id>", "the tenant's id")
    .option("-o, --output <file>", "into this file; left out: to standard output")
    .option("--platform-key <key>", "the platform's key");
  performs<Options>(program, command, async (context, { output }, id = "") => {
    const { out, io } = context;
    const client = await context.platformClient();
    const text = await client.platform.exportTenant({ params: { id } });
    const lines = text.trimEnd().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "null") as { readonly end?: true; readonly counts?: object } | null;
    if (last?.end !== true)
      throw new CliError("UNAVAILABLE", "The export broke off: its last line is missing.", "Ask again.");
    if (output === undefined) {
      out.result(
        lines.map((line) => JSON.parse(line) as unknown),
        () => lines,
      );
      return;
    }
    const file = await writeText(output, text, io);
    out.result({ file, counts: last.counts }, () => [`written to ${file}`]);
  });
}
