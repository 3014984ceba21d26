import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";

export function secretsRotateKey(program: Program, parent: Command): void {
  const command = parent
    .command("rotate-key")
    .summary("give the tenant a new key")
    .description(
      "Make a new key for the tenant, under which all its secrets are sealed anew, and payloads from then on. Old keys stay, for the histories that they sealed.",
    );
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const rotated = await client.secrets.rotateKey();
    out.result(rotated, () => [`${out.paint("green", "✓")} the tenant's key is version ${rotated.keyVersion}`]);
  });
}
