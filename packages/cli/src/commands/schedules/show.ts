import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";
import { scheduleText } from "./text.ts";

export function schedulesShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a schedule")
    .description("Show a schedule: when it fires, how it stands, and what it starts.")
    .argument("<id>", "the schedule's id");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    const schedule = await client.schedules.get({ params: { id } });
    out.result(schedule, () => scheduleText(schedule, out));
  });
}
