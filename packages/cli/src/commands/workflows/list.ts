import type { Command } from "commander";
import { wholeNumber } from "../../input/numbers.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly limit: number;
  readonly cursor?: string;
}

export function workflowsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list workflows")
    .description("List the tenant's workflows in the order of their keys.")
    .option("--limit <n>", "at most so many", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "the next page, as the page before named it");
  performs<Options>(program, command, async (context, { limit, cursor }) => {
    const { out } = context;
    const client = await context.client();
    const page = await client.workflows.list({ query: { limit, cursor } });
    const columns = [
      { title: "KEY", of: ({ key }: Row) => printable(key) },
      {
        title: "PUBLISHED",
        of: ({ publishedVersion, paused }: Row) =>
          (publishedVersion === null ? "draft only" : `version ${publishedVersion}`) +
          (paused === null ? "" : ", paused"),
      },
      { title: "CHANGED", of: ({ updatedAt }: Row) => instantText(updatedAt) },
      { title: "NAME", of: ({ name }: Row) => printable(name) },
    ];
    type Row = (typeof page.items)[number];
    out.result(page, () =>
      page.items.length === 0
        ? ["No workflows: mainspring publish FILE makes one."]
        : table(page.items, columns, out.tableOptions),
    );
    if (page.nextCursor !== null && !out.isJson) out.progress(`There are more: --cursor ${page.nextCursor}`);
  });
}
