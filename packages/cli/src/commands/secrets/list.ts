import type { Command } from "commander";
import { allItems } from "../../input/all-items.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function secretsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list secrets")
    .description("List the tenant's secrets: names, versions and times. Their values are shown by nothing.");
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const items = await allItems((cursor) => client.secrets.list({ query: { cursor, limit: 200 } }));
    type Row = (typeof items)[number];
    const columns = [
      { title: "SECRET", of: ({ name }: Row) => printable(name) },
      { title: "VERSION", of: ({ version }: Row) => String(version) },
      { title: "SET", of: ({ updatedAt }: Row) => instantText(updatedAt) },
      { title: "BY", of: ({ updatedBy }: Row) => printable(updatedBy ?? "") },
    ];
    out.result({ items }, () => (items.length === 0 ? ["no secrets"] : table(items, columns, out.tableOptions)));
  });
}
