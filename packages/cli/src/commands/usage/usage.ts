import type { Command } from "commander";
import { fields } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function usage(program: Program, parent: Command): void {
  const command = parent
    .command("usage")
    .summary("show what the tenant has used of its limits")
    .description(
      "Show what the tenant has used of its limits: steps of the month, runs under way, starts and work of the last minute, and starts that are held.",
    );
  performs(program, command, async (context) => {
    const { out } = context;
    const client = await context.client();
    const used = await client.usage.get();
    const of = (count: number | null, limit: number | null): string =>
      `${count ?? "not counted"}${limit === null ? "" : ` of ${limit}`}`;
    out.result(used, () =>
      fields(
        [
          ["steps this month", `${of(used.steps.used, used.steps.limit)}, anew at ${instantText(used.resetsAt)}`],
          ["runs under way", of(used.runs.open, used.runs.limit)],
          ["starts in a minute", of(used.starts.lastMinute, used.starts.limit)],
          ["fuel in a minute", of(used.fuel.lastMinute, used.fuel.limit)],
          ["held starts", heldText(used.held)],
        ],
        out.paint,
      ),
    );
  });
}

function heldText({
  count,
  byReason,
  since,
}: {
  readonly count: number;
  readonly byReason: Readonly<Record<string, number>>;
  readonly since: string | null;
}): string {
  const reasons = Object.entries(byReason).flatMap(([reason, held]) => (held === 0 ? [] : [`${held} ${reason}`]));
  return count === 0 ? "none" : `${count} (${reasons.join(", ")}), the first since ${instantText(since)}`;
}
