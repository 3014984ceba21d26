import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function apiKeysList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list the tenant's API keys")
    .description("List the tenant's API keys, revoked ones too. The keys themselves are shown by nothing.");
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const keys = await client.apiKeys.list();
    type Row = (typeof keys)["items"][number];
    const columns = [
      { title: "ID", of: ({ id }: Row) => id, whole: true as const },
      { title: "ROLE", of: ({ role }: Row) => role },
      { title: "CREATED", of: ({ createdAt }: Row) => instantText(createdAt) },
      { title: "REVOKED", of: ({ revokedAt }: Row) => instantText(revokedAt) },
      { title: "GROUPS", of: ({ groups }: Row) => groups.map(printable).join(", ") },
      { title: "NAME", of: ({ name }: Row) => printable(name) },
    ];
    out.result(keys, () => table(keys.items, columns, out.tableOptions));
  });
}
