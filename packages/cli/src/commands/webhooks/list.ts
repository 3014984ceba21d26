import type { WebhookReply } from "@mainspring/api";
import type { Command } from "commander";
import { allItems } from "../../input/all-items.ts";
import { printable } from "../../output/printable.ts";
import { table } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";

export function webhooksList(program: Program, parent: Command): void {
  const command = parent
    .command("list")
    .summary("list webhook endpoints")
    .description(
      "List the tenant's webhook endpoints with their addresses. What their secrets are is shown by nothing.",
    );
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const items = await allItems((cursor) => client.webhooks.list({ query: { cursor, limit: 200 } }));
    const columns = [
      { title: "WEBHOOK", of: ({ key }: WebhookReply) => printable(key) },
      { title: "SCHEME", of: ({ scheme }: WebhookReply) => scheme },
      { title: "ON", of: ({ enabled }: WebhookReply) => (enabled ? "yes" : "no") },
      { title: "SECRETS", of: ({ secrets }: WebhookReply) => String(secrets.length) },
      { title: "STARTS", of: ({ workflow }: WebhookReply) => printable(workflow ?? "") },
      { title: "PATH", of: ({ path }: WebhookReply) => printable(path) },
    ];
    out.result({ items }, () => (items.length === 0 ? ["no webhooks"] : table(items, columns, out.tableOptions)));
  });
}
