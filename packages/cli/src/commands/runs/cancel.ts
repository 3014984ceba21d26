import type { Command } from "commander";
import { instantText } from "../../output/times.ts";
import { statusText } from "../../output/status.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly reason?: string;
}

export function runsCancel(program: Program, parent: Command): void {
  const command = parent
    .command("cancel")
    .summary("ask a run to stop")
    .description("Ask a run to stop. It ends CANCELED once it has undone what it must.")
    .argument("<id>", "the run's id")
    .option("--reason <text>", "kept with the request");
  performs<Options>(program, command, async (context, { reason }, id = "") => {
    const { out } = context;
    const client = await context.client();
    const reply = await client.runs.cancel({ params: { id }, body: { reason } });
    out.result(reply, () => [
      `cancel asked for at ${instantText(reply.cancelRequestedAt)}; the run is ${statusText(reply.status, out.paint)}`,
    ]);
  });
}
