import type { Command } from "commander";
import type { Client, RunSummary } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable, printableValue } from "../../output/printable.ts";
import { statusCell } from "../../output/status.ts";
import { table } from "../../output/table.ts";
import { betweenText, instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";
import { filterOf, filterOptions, type RunFilters } from "./filters.ts";

type Options = RunFilters & PageOptions;

export function runsList(program: Program, parent: Command): void {
  const command = filterOptions(
    parent
      .command("list")
      .summary("list runs, newest first")
      .description("List runs, newest first. All filters hold together."),
  );
  pageOptions(command);
  performs<Options>(program, command, async (context, { limit, cursor, ...filters }) => {
    const { out } = context;
    const client = await context.client();
    const page = await client.runs.list({ query: { ...filterOf(filters), limit, cursor } });
    const asked = out.isJson ? new Map<string, string>() : await askedOf(client, page.items);
    pageResult(out, page, "No runs.", (rows) => runTable(rows, asked, out));
  });
}

/** Asked about at once. */
const askedMax = 50;

/** Why the open runs stand where they stand of which their rows do not know it: one sentence each. */
async function askedOf(client: Client, runs: readonly RunSummary[]): Promise<ReadonlyMap<string, string>> {
  const ids = runs
    .filter(({ completedAt, why }) => completedAt === null && why === undefined)
    .slice(0, askedMax)
    .map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const { items } = await client.runs.whyMany({ body: { ids } });
  return new Map(items.filter(({ why }) => why.cause !== "unknown").map(({ id, why }) => [id, why.sentence]));
}

function runTable(runs: readonly RunSummary[], asked: ReadonlyMap<string, string>, out: Output): string[] {
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
      { title: "RUN", of: ({ id }) => id, whole: true },
      { title: "WHY", of: (run) => printable(asked.get(run.id) ?? whyOf(run)) },
    ],
    out.tableOptions,
  );
}

function whyOf({ why, error }: RunSummary): string {
  if (why !== undefined) return why.sentence;
  if (error === null) return "";
  return `${error.stepId === undefined ? "" : `${error.stepId}: `}${error.code}`;
}
