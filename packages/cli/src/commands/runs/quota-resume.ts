import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";

export function runsQuotaResume(program: Program, parent: Command): void {
  const command = parent
    .command("quota-resume")
    .summary("let a paused run go on despite the quota")
    .description(
      "Let a run go on that its tenant's step quota has paused. From now on this run is not asked, to its end; others stay paused until there is room.",
    )
    .argument("<id>", "the run's id");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    const reply = await client.runs.quotaResume({ params: { id } });
    out.result(reply, () => [`run ${reply.id} goes on despite the quota`]);
  });
}
