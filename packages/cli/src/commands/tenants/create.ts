import { Option, type Command } from "commander";
import type { TenantRole } from "@mainspring/api";
import { collected } from "../../input/numbers.ts";
import { fields } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";
import { tenantRoles } from "../api-keys/roles.ts";

interface Options {
  readonly egressAllow?: string[];
  readonly withKey?: TenantRole;
}

export function tenantsCreate(program: Program, parent: Command): void {
  const command = parent
    .command("create")
    .summary("create a tenant")
    .description(
      "Create a tenant. Needs the platform's key (--platform-key, MAINSPRING_PLATFORM_KEY, or that of the running stack).",
    )
    .argument("<name>", "a name for people")
    .option(
      "--egress-allow <place>",
      "host, address or CIDR block, with a port if it needs one, that its runs may call beyond the public internet; may be given several times",
      collected,
    )
    .addOption(
      new Option("--with-key <role>", "also create an API key of this role, which is shown this once").choices(
        tenantRoles,
      ),
    )
    .option("--platform-key <key>", "the platform's key");
  performs<Options>(program, command, async (context, { egressAllow, withKey }, name = "") => {
    const { out } = context;
    const client = await context.platformClient();
    const { id } = await client.platform.createTenant({ body: { name, egressAllow } });
    const created =
      withKey === undefined
        ? undefined
        : await client.platform.createApiKey({ params: { id }, body: { name: "cli", role: withKey } });
    const result = created === undefined ? { id } : { id, apiKey: { id: created.id, key: created.key, role: withKey } };
    out.result(result, () =>
      fields(
        [
          ["tenant", id],
          ["api key", created?.key],
        ],
        out.paint,
      ),
    );
  });
}
