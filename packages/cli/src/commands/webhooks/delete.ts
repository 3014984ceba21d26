import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function webhooksDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete a webhook endpoint")
    .description("Delete a webhook endpoint with its secrets. Its address answers 404 from then on; its events stay.")
    .argument("<key>", "its key");
  performs(program, command, async (context, _, key = "") => {
    const { out } = context;
    const client = await context.client();
    await client.webhooks.remove({ params: { key } });
    out.result({ key, deleted: true }, () => [`${out.paint("green", "✓")} webhook ${printable(key)} is deleted`]);
  });
}
