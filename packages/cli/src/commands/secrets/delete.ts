import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function secretsDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete a secret")
    .description("Delete a secret. Calls that name it fail with SECRET_NOT_FOUND from then on.")
    .argument("<name>", "its name");
  performs(program, command, async (context, _, name = "") => {
    const { out } = context;
    const client = await context.client();
    await client.secrets.remove({ params: { name } });
    out.result({ name, deleted: true }, () => [`${out.paint("green", "✓")} secret ${printable(name)} is deleted`]);
  });
}
