import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";
import { filterOf, filterOptions, type DeadLetterFilters } from "./filters.ts";

interface Options extends DeadLetterFilters {
  readonly dryRun?: true;
}

export function deadLettersRedeliver(program: Program, parent: Command): void {
  const command = filterOptions(
    parent
      .command("redeliver")
      .summary("do what is not done of all that a filter finds")
      .description(
        "Do what is not done of the dead letters that all filters find; without a filter, of every one. What was done stays done. With --dry-run they are counted.",
      ),
  ).option("--dry-run", "count them, and do nothing");
  performs<Options>(program, command, async (context, { dryRun, ...filters }) => {
    const { out } = context;
    const client = await context.client();
    const report = await client.deadLetters.redeliver({
      body: { filter: filterOf(filters), ...(dryRun === undefined ? {} : { dryRun }) },
    });
    const skipped = report.skipped === 0 ? "" : `, ${report.skipped} cannot be`;
    out.result(report, () => [
      `${report.redelivered} of ${report.matched} events ${report.dryRun ? "would be" : "are"} redelivered${skipped}`,
    ]);
    if (report.more && !out.isJson) out.progress("There are more than one request takes: ask again.");
  });
}
