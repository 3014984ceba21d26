import { Argument, type Command } from "commander";
import type { BulkReportReply } from "@mainspring/api";
import { exitCodes } from "../../exit-codes.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";
import { filterOf, filterOptions, type RunFilters } from "./filters.ts";

interface Options extends RunFilters {
  readonly run?: string[];
  readonly reason?: string;
  readonly plan?: string;
  readonly dryRun?: true;
}

export function runsBulk(program: Program, parent: Command): void {
  const command = filterOptions(
    parent
      .command("bulk")
      .summary("cancel, replay or delete many runs")
      .description(
        "Cancel, replay or delete the runs that all filters find; without a filter, every run. With --dry-run it is shown what would happen, and the plan is kept for 15 minutes: --plan does that, to these runs and no others. Deleting takes an administrator's key, and ended runs only. Ends 1 when something failed.",
      )
      .addArgument(new Argument("<action>", "what to do").choices(["cancel", "replay", "delete"])),
  )
    .option("--run <id>", "this run and no others; repeatable", (id, before: string[] | undefined) => [
      ...(before ?? []),
      id,
    ])
    .option("--reason <text>", "kept with the request")
    .option("--plan <hash>", "do what this plan listed")
    .option("--dry-run", "show what would happen, and do nothing");
  performs<Options>(program, command, async (context, { run, reason, plan, dryRun, ...filters }, action = "") => {
    const { out } = context;
    const client = await context.client();
    const report = await client.runs.bulk({
      body: {
        action: action as BulkReportReply["action"],
        filter: { ...filterOf(filters), ...(run === undefined ? {} : { runIds: run }) },
        ...(reason === undefined ? {} : { reason }),
        ...(plan === undefined ? {} : { planHash: plan }),
        ...(dryRun === undefined ? {} : { dryRun }),
      },
    });
    out.result(report, () => reportLines(report, out));
    if (report.more) out.progress("More runs match than one request takes: ask again.");
    if (dryRun === true && !out.isJson)
      out.progress(`To do this: mainspring runs bulk ${action} --plan ${report.planHash}`);
    return report.items.some(({ result }) => result === "failed") ? exitCodes.failed : exitCodes.ok;
  });
}

function reportLines(report: BulkReportReply, out: Output): string[] {
  const isPlan = report.items.some(({ result }) => result === "planned");
  const verb = { cancel: "cancelled", replay: "replayed", delete: "deleted" }[report.action];
  if (report.items.length === 0) return ["No runs."];
  return [
    ...table(
      report.items,
      [
        { title: "RESULT", of: ({ result }) => result },
        { title: "WORKFLOW", of: ({ workflow }) => printable(workflow) },
        { title: "STATUS", of: ({ status }) => status },
        { title: "RUN", of: ({ runId }) => runId, whole: true },
        { title: "", of: ({ code, newRunId }) => code ?? (newRunId === undefined ? "" : `new run ${newRunId}`) },
      ],
      out.tableOptions,
    ),
    `${report.count} of ${report.items.length} runs ${isPlan ? "would be" : "were"} ${verb}`,
  ];
}
