import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";

export function workflowsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list workflows")
    .description("List the tenant's workflows in the order of their keys.");
  pageOptions(command, 50);
  performs<PageOptions>(program, command, async (context, { limit, cursor }) => {
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
    pageResult(out, page, "No workflows: mainspring publish FILE makes one.", (rows) =>
      table(rows, columns, out.tableOptions),
    );
  });
}
