import { InvalidArgumentError, Option, type Command } from "commander";
import type { RunStatusName, RunSummary } from "@mainspring/api";
import { wholeNumber } from "../../input/numbers.ts";
import type { Output } from "../../output/output.ts";
import { printable, printableValue } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { betweenText, instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly workflow?: string;
  readonly status?: RunStatusName[];
  readonly state?: string;
  readonly trigger?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** As in the contract; written here so that the help needs none of it. */
const statuses: readonly RunStatusName[] = [
  "QUEUED",
  "RUNNING",
  "WAITING",
  "PAUSED",
  "SUCCEEDED",
  "FAILED",
  "CANCELED",
];

export function runsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list runs, newest first")
    .description("List runs, newest first. All filters hold together.")
    .option("--workflow <key>", "of this workflow")
    .addOption(
      new Option("--status <status>", `with this status; may be given several times: ${statuses.join(", ")}`).argParser(
        statusOption,
      ),
    )
    .option("--state <state>", "with this business state")
    .option("--trigger <trigger>", "started by this trigger")
    .option("--from <time>", "created at or after this time, such as 2031-03-30T00:30:00Z", timeOption)
    .option("--to <time>", "created before this time", timeOption)
    .option(
      "--text <text>",
      "with this text in id, workflow, state, error, correlation key or input; 3 characters at least",
    )
    .option("--limit <n>", "at most so many", wholeNumber(1, 200), 20)
    .option("--cursor <cursor>", "the next page, as the page before named it");
  performs<Options>(program, command, async (context, { text, ...filters }) => {
    const { out } = context;
    const { workflow, status, state, trigger, from, to, limit, cursor } = filters;
    const client = await context.client();
    const page = await client.runs.list({
      query: { workflow, status, state, trigger, from, to, q: text, limit, cursor },
    });
    out.result(page, () => (page.items.length === 0 ? ["No runs."] : runTable(page.items, out)));
    if (page.nextCursor !== null && !out.isJson) out.progress(`There are more: --cursor ${page.nextCursor}`);
  });
}

function runTable(runs: readonly RunSummary[], out: Output): string[] {
  return table(
    runs,
    [
      { title: "STATUS", of: ({ status }) => statusCell(status, out.paint) },
      {
        title: "WORKFLOW",
        of: ({ workflow, version }) => `${printable(workflow)}${version === null ? "" : `@${version}`}`,
      },
      { title: "STATE", of: ({ state }) => printableValue(state) },
      { title: "CREATED", of: ({ createdAt }) => instantText(createdAt) },
      { title: "TOOK", of: ({ createdAt, completedAt }) => betweenText(createdAt, completedAt), align: "right" },
      { title: "RUN", of: ({ id }) => id },
      { title: "WHY", of: (run) => printable(whyOf(run)) },
    ],
    out.tableOptions,
  );
}

function whyOf({ why, error }: RunSummary): string {
  if (why !== undefined) return why.sentence;
  if (error === null) return "";
  return `${error.stepId === undefined ? "" : `${error.stepId}: `}${error.code}`;
}

function statusOption(text: string, before: RunStatusName[] | undefined): RunStatusName[] {
  const status = statuses.find((one) => one === text.toUpperCase());
  if (status === undefined) throw new InvalidArgumentError(`It is one of ${statuses.join(", ")}.`);
  return [...(before ?? []), status];
}

function timeOption(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError("It is a time such as 2031-03-30T00:30:00Z.");
  return new Date(ms).toISOString();
}
