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

export function tenantsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list tenants")
    .description("List tenants, newest first. Needs the platform's key.")
    .option("--limit <n>", "at most so many", wholeNumber(1, 200), 50)
    .option("--cursor <cursor>", "the next page, as the page before named it")
    .option("--platform-key <key>", "the platform's key");
  performs<Options>(program, command, async (context, { limit, cursor }) => {
    const { out } = context;
    const client = await context.platformClient();
    const page = await client.platform.listTenants({ query: { limit, cursor } });
    type Row = (typeof page.items)[number];
    const columns = [
      { title: "TENANT", of: ({ id }: Row) => id },
      { title: "STATE", of: ({ suspended, deletion }: Row) => stateOf(suspended, deletion !== null) },
      { title: "CREATED", of: ({ createdAt }: Row) => instantText(createdAt) },
      { title: "NAME", of: ({ name }: Row) => printable(name) },
    ];
    out.result(page, () => (page.items.length === 0 ? ["No tenants."] : table(page.items, columns, out.tableOptions)));
    if (page.nextCursor !== null && !out.isJson) out.progress(`There are more: --cursor ${page.nextCursor}`);
  });
}

export function stateOf(isSuspended: boolean, isBeingDeleted: boolean): string {
  if (isBeingDeleted) return "being deleted";
  return isSuspended ? "suspended" : "active";
}
