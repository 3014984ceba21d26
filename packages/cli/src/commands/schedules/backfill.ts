import type { Command } from "commander";
import { instant } from "../../input/instants.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly from: string;
  readonly to: string;
}

export function schedulesBackfill(program: Program, parent: Command): void {
  const command = parent
    .command("backfill")
    .summary("start what times of the past have not")
    .description("Start one run for each time between two that has started none, whatever kept it then.")
    .argument("<id>", "the schedule's id")
    .requiredOption("--from <time>", "the first, such as 2031-03-30T00:30:00Z", instant)
    .requiredOption("--to <time>", "the last", instant);
  performs<Options>(program, command, async (context, { from, to }, id = "") => {
    const { out } = context;
    const client = await context.client();
    const reply = await client.schedules.backfill({ params: { id }, body: { from, to } });
    out.result(reply, () => [
      `${out.paint("green", "✓")} ${reply.times} times are made up for${reply.alreadyFired === 0 ? "" : `, ${reply.alreadyFired} had fired`}`,
    ]);
  });
}
