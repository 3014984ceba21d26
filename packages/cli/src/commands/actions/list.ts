import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";

export function actionsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list actions")
    .description("List the actions that steps of type action.call can call.");
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const page = await client.actions.list();
    type Row = (typeof page.items)[number];
    const columns = [
      { title: "ACTION", of: ({ id }: Row) => printable(id) },
      { title: "EFFECT", of: ({ effect }: Row) => effect },
      { title: "RUNS", of: ({ execution }: Row) => execution },
      { title: "TITLE", of: ({ title }: Row) => printable(title) },
    ];
    out.result(page, () => table(page.items, columns, out.tableOptions));
  });
}
