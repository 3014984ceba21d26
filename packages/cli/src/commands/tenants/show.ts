import type { TenantReply } from "@mainspring/api";
import type { Command } from "commander";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { fields } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";
import { stateOf } from "./list.ts";

export function tenantsShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a tenant")
    .description("Show what the platform's administrator has set for a tenant. Needs the platform's key.")
    .argument("<id>", "the tenant's id")
    .option("--platform-key <key>", "the platform's key");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.platformClient();
    const tenant = await client.platform.getTenant({ params: { id } });
    out.result(tenant, () => tenantFields(tenant, out));
  });
}

export function tenantFields(tenant: TenantReply, out: Output): string[] {
  const { quotas, deletion } = tenant;
  const limit = (value: number | null): string => (value === null ? "no limit" : String(value));
  return fields(
    [
      ["tenant", tenant.id],
      ["name", printable(tenant.name)],
      ["state", stateOf(tenant.suspended, deletion !== null)],
      ["deletion", deletion === null ? undefined : `${deletion.mode}, stage ${deletion.stage}`],
      ["created", instantText(tenant.createdAt)],
      ["runs kept", tenant.retentionDays === null ? "90 days" : `${tenant.retentionDays} days`],
      ["may call", tenant.egressAllow.length === 0 ? "the public internet" : tenant.egressAllow.join(", ")],
      ["steps a month", limit(quotas.stepsPerMonth)],
      ["runs at once", limit(quotas.concurrentRuns)],
      ["starts a minute", limit(quotas.startsPerMinute)],
      ["fuel a minute", limit(quotas.fuelPerMinute)],
    ],
    out.paint,
  );
}
