import type { Command } from "commander";
import type { RebuildReportReply } from "@mainspring/api";
import { exitCodes } from "../../exit-codes.ts";
import type { Output } from "../../output/output.ts";
import { table } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly dryRun?: true;
}

export function runsRebuild(program: Program, parent: Command): void {
  const command = parent
    .command("rebuild")
    .summary("restore a run's rows from its history")
    .description(
      "Replay a run's history with the code that runs it, tell how journal, steps, waits, tasks and the run's row differ from what that gives, and repair them. With --dry-run only tell; then it ends 1 when there is a difference.",
    )
    .argument("<id>", "the run's id")
    .option("--dry-run", "tell the differences, and change nothing");
  performs<Options>(program, command, async (context, { dryRun }, id = "") => {
    const { out } = context;
    const client = await context.client();
    const report = await client.runs.rebuild({ params: { id }, body: dryRun === undefined ? undefined : { dryRun } });
    out.result(report, () => reportLines(report, out));
    return report.dryRun && report.differences.length > 0 ? exitCodes.failed : exitCodes.ok;
  });
}

function reportLines(report: RebuildReportReply, out: Output): string[] {
  const { differences, entries, executions } = report;
  const read = `${entries} entries from ${executions === 1 ? "one history" : `${executions} histories`}`;
  if (differences.length === 0) return [`${read}: no difference`];
  return [
    ...table(
      differences,
      [
        { title: "TABLE", of: (one) => one.table },
        { title: "KEY", of: ({ key }) => key },
        {
          title: "ROW",
          of: ({ kind }) => (kind === "differs" ? "differs" : kind === "missing" ? "is missing" : "is one too many"),
        },
      ],
      out.tableOptions,
    ),
    `${read}: ${differences.length} ${differences.length === 1 ? "difference" : "differences"}${report.repaired ? ", repaired" : ""}`,
  ];
}
