import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function tenantsSuspend(program: Program, parent: Command): void {
  changes(program, parent, {
    verb: "suspend",
    summary: "suspend a tenant",
    description:
      "Suspend a tenant: its keys are refused, its events and schedules start nothing. Runs under way go on. Needs the platform's key.",
    suspended: true,
    done: "is suspended",
  });
}

export function tenantsUnsuspend(program: Program, parent: Command): void {
  changes(program, parent, {
    verb: "unsuspend",
    summary: "let a suspended tenant work again",
    description: "Let a suspended tenant work again. Needs the platform's key.",
    suspended: false,
    done: "is active",
  });
}

function changes(
  program: Program,
  parent: Command,
  change: {
    readonly verb: string;
    readonly summary: string;
    readonly description: string;
    readonly suspended: boolean;
    readonly done: string;
  },
): void {
  const command = parent
    .command(change.verb)
    .summary(change.summary)
    .description(change.description)
    .argument("<id>", "the tenant's id")
    .option("--platform-key <key>", "the platform's key");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.platformClient();
    const tenant = await client.platform.updateTenant({ params: { id }, body: { suspended: change.suspended } });
    out.result(tenant, () => [`${out.paint("green", "✓")} tenant ${printable(tenant.name)} ${change.done}`]);
  });
}
