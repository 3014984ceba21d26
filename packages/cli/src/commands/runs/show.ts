import type { Command } from "commander";
import type { RunReply, StepReply, WaitReply } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { betweenText, durationText, instantText } from "../../output/times.ts";
import { allItems } from "../../input/all-items.ts";
import { placeName } from "../../run/entry-line.ts";
import { failureLines, runFields } from "../../run/run-text.ts";
import { performs, type Program } from "../../verb.ts";

export function runsShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a run with its steps and what it waits for")
    .description("Show a run: what it is, its error with a remedy, its steps, and what it waits for.")
    .argument("<id>", "the run's id");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    const params = { id };
    const run = await client.runs.get({ params });
    const steps = await allItems((cursor) => client.runs.steps({ params, query: { limit: 200, cursor } }));
    const waits = await allItems((cursor) => client.runs.waits({ params, query: { limit: 200, cursor } }));
    out.result({ run, steps, waits }, () => [
      ...runFields(run, out),
      ...(run.error === null ? [] : ["", out.paint("bold", "Error"), ...failureLines(run.error)]),
      ...section("Waits for", openWaits(waits), (open) => waitTable(open, out), out),
      ...section("Steps", steps, (rows) => stepTable(rows, run, out), out),
    ]);
  });
}

function section<Row>(
  title: string,
  rows: readonly Row[],
  lines: (rows: readonly Row[]) => string[],
  { paint }: Output,
): string[] {
  return rows.length === 0 ? [] : ["", paint("bold", title), ...lines(rows).map((line) => `  ${line}`)];
}

function openWaits(waits: readonly WaitReply[]): WaitReply[] {
  return waits.filter(({ status }) => status === "WAITING");
}

function waitTable(waits: readonly WaitReply[], out: Output): string[] {
  return table(
    waits,
    [
      { title: "STEP", of: (wait) => printable(placeName(wait)) },
      {
        title: "FOR",
        of: ({ waitType, eventName }) => printable(eventName === null ? waitType : `${waitType} ${eventName}`),
      },
      { title: "KEY", of: ({ key }) => printable(key ?? "") },
      { title: "SINCE", of: ({ openedAt }) => instantText(openedAt) },
      { title: "UNTIL", of: ({ timeoutAt }) => instantText(timeoutAt) },
    ],
    out.tableOptions,
  );
}

function stepTable(steps: readonly StepReply[], run: RunReply, out: Output): string[] {
  const sinceMs = Date.parse(run.createdAt);
  return table(
    steps,
    [
      { title: "AFTER", of: ({ startedAt }) => durationText(Date.parse(startedAt) - sinceMs), align: "right" },
      { title: "STATUS", of: ({ status }) => statusCell(status, out.paint) },
      { title: "STEP", of: (step) => printable(placeName(step)) },
      { title: "TYPE", of: ({ type }) => type ?? "" },
      { title: "TRIES", of: ({ attempt }) => (attempt > 1 ? String(attempt) : ""), align: "right" },
      { title: "TOOK", of: ({ startedAt, finishedAt }) => betweenText(startedAt, finishedAt), align: "right" },
      { title: "ERROR", of: ({ error }) => (error === null ? "" : printable(`${error.code}: ${error.message}`)) },
    ],
    out.tableOptions,
  );
}
