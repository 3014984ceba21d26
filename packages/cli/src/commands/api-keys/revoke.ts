import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";

export function apiKeysRevoke(program: Program, parent: Command): void {
  const command = parent
    .command("revoke")
    .summary("revoke an API key of the tenant")
    .description("Revoke an API key of the tenant: it is refused from the next request on.")
    .argument("<id>", "the key's id, as api-keys list shows it");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    await client.apiKeys.revoke({ params: { id } });
    out.result({ id, revoked: true }, () => [`${out.paint("green", "✓")} api key ${id} is revoked`]);
  });
}
