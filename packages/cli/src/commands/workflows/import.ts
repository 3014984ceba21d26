import type { Bundle, ImportReport } from "@mainspring/api";
import { Option, type Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { readText } from "../../input/read-text.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly dryRun?: true;
  readonly onConflict?: "skip" | "draft";
}

export function workflowsImport(program: Program, parent: Command): void {
  const command = parent
    .command("import")
    .summary("take workflows from a bundle, as drafts")
    .description(
      "Import a bundle, all of it or nothing: workflows become drafts, schedules are paused, webhooks have no secret, and what exists already is kept. Nothing is published.",
    )
    .argument("<file>", "as workflows export wrote it; - for standard input")
    .option("--dry-run", "show what would happen, and do nothing")
    .addOption(
      new Option(
        "--on-conflict <what>",
        "of a workflow that exists: skip leaves it, draft saves the bundle's definition as its draft; left out: it is an error",
      ).choices(["skip", "draft"]),
    );
  performs<Options>(program, command, async (context, { dryRun, onConflict }, file = "") => {
    const { io, out } = context;
    const bundle = parsed(file, await readText(file, io));
    const client = await context.client();
    const report = await client.workflows.import({
      body: bundle,
      query: {
        ...(dryRun === true ? { dryRun: "true" as const } : {}),
        ...(onConflict === undefined ? {} : { onConflict }),
      },
    });
    out.result(report, () => reportLines(report, out));
    if (!out.isJson) for (const line of missingLines(report)) out.progress(line);
  });
}

function parsed(file: string, text: string): Bundle {
  try {
    return JSON.parse(text) as Bundle;
  } catch (error) {
    throw usageError(`${file} is no JSON: ${(error as Error).message}`, "Give what mainspring workflows export wrote.");
  }
}

function reportLines(report: ImportReport, out: Output): string[] {
  const rows = [
    ...report.workflows.map(({ key, result, issues }) => ({
      kind: "workflow",
      name: key,
      result,
      note: issues.length === 0 ? "" : `${issues.length} to look at before it is published`,
    })),
    ...(["eventTypes", "forms", "calendars", "schedules", "webhooks"] as const).flatMap((part) =>
      report[part].map(({ name, result }) => ({ kind: kinds[part], name, result, note: notes[result] ?? "" })),
    ),
  ];
  type Row = (typeof rows)[number];
  const columns = [
    { title: report.dryRun ? "WOULD BE" : "RESULT", of: ({ result }: Row) => result },
    { title: "KIND", of: ({ kind }: Row) => kind },
    { title: "NAME", of: ({ name }: Row) => printable(name) },
    { title: "", of: ({ note }: Row) => note },
  ];
  return table(rows, columns, out.tableOptions);
}

const kinds = {
  eventTypes: "event type",
  forms: "form",
  calendars: "calendar",
  schedules: "schedule",
  webhooks: "webhook",
} as const;

const notes: { readonly [result: string]: string } = {
  kept: "the one that is here says something else",
  passed: "its only time lies in the past",
};

function missingLines({ missing }: ImportReport): string[] {
  return Object.entries(missing).flatMap(([what, names]) =>
    names.length === 0 ? [] : [`Missing ${what}: ${names.map(printable).join(", ")}`],
  );
}
