import type { TenantRole } from "@mainspring/api";
import { Option, type Command } from "commander";
import { collected } from "../../input/numbers.ts";
import { fields } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";
import { tenantRoles } from "./roles.ts";

interface Options {
  readonly role: TenantRole;
  readonly group?: string[];
}

export function apiKeysCreate(program: Program, parent: Command): void {
  const command = parent
    .command("create")
    .summary("create an API key of the tenant")
    .description("Create an API key of the tenant. It is shown this once.")
    .argument("<name>", "a name for people, such as of whom it is for")
    .addOption(
      new Option("--role <role>", "what it may do; each role may do what the ones before it may")
        .choices(tenantRoles)
        .makeOptionMandatory(),
    )
    .option(
      "--group <name>",
      "tasks that are assigned to this group are its too; may be given several times",
      collected,
    );
  performs<Options>(program, command, async (context, { role, group }, name = "") => {
    const { out } = context;
    const client = await context.client();
    const created = await client.apiKeys.create({
      body: { name, role, ...(group === undefined ? {} : { groups: group }) },
    });
    out.result(created, () =>
      fields(
        [
          ["id", created.id],
          ["api key", created.key],
        ],
        out.paint,
      ),
    );
  });
}
