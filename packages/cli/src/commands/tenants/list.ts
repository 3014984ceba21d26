import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { pageOptions, pageResult, type PageOptions } from "../../paging.ts";
import { performs, type Program } from "../../verb.ts";

export function tenantsList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list tenants")
    .description("List tenants, newest first. Needs the platform's key.")
    .option("--platform-key <key>", "the platform's key");
  pageOptions(command, 50);
  performs<PageOptions>(program, command, async (context, { limit, cursor }) => {
    const { out } = context;
    const client = await context.platformClient();
    const page = await client.platform.listTenants({ query: { limit, cursor } });
    type Row = (typeof page.items)[number];
    const columns = [
      { title: "TENANT", of: ({ id }: Row) => id, whole: true as const },
      { title: "STATE", of: ({ suspended, deletion }: Row) => stateOf(suspended, deletion !== null) },
      { title: "CREATED", of: ({ createdAt }: Row) => instantText(createdAt) },
      { title: "NAME", of: ({ name }: Row) => printable(name) },
    ];
    pageResult(out, page, "No tenants.", (rows) => table(rows, columns, out.tableOptions));
  });
}

export function stateOf(isSuspended: boolean, isBeingDeleted: boolean): string {
  if (isBeingDeleted) return "being deleted";
  return isSuspended ? "suspended" : "active";
}
