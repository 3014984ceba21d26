import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";
import { settingsFrom, specFrom, withSettings, type SettingOptions } from "./settings.ts";
import { specText } from "./text.ts";

export function schedulesCreate(program: Program, parent: Command): void {
  const command = parent
    .command("create")
    .summary("start runs of a workflow by time")
    .description("Start runs of a published workflow by time: by cron in a zone, by an interval, or once.")
    .argument("<workflow>", "the workflow's key")
    .option("--paused", "nothing starts before it is unpaused");
  performs<SettingOptions & { readonly paused?: true }>(
    program,
    withSettings(command),
    async (context, options, workflow = "") => {
      const { out } = context;
      const spec = specFrom(options);
      if (spec === undefined)
        throw usageError("A schedule needs --cron, --every or --at.", "Say when it is to start runs.");
      const body = {
        workflow,
        spec,
        ...(await settingsFrom(context, options)),
        ...(options.paused === true ? { state: "paused" as const } : {}),
      };
      const client = await context.client();
      const schedule = await client.schedules.create({ body });
      out.result(schedule, () => [
        `${out.paint("green", "✓")} schedule ${schedule.id}  ${specText(schedule)}${schedule.nextAt === null ? "" : `, next ${instantText(schedule.nextAt)}`}`,
      ]);
    },
  );
}

export function schedulesUpdate(program: Program, parent: Command): void {
  const command = parent
    .command("update")
    .summary("change a schedule")
    .description(
      "Change a schedule; what is left out stays as it is. Times that were due and not decided are made up for.",
    )
    .argument("<id>", "the schedule's id");
  performs<SettingOptions>(program, withSettings(command), async (context, options, id = "") => {
    const { out } = context;
    const spec = specFrom(options);
    const body = { ...(spec === undefined ? {} : { spec }), ...(await settingsFrom(context, options)) };
    if (Object.keys(body).length === 0) throw usageError("Nothing is to be changed.", "Give what is to be otherwise.");
    const client = await context.client();
    const schedule = await client.schedules.update({ params: { id }, body });
    out.result(schedule, () => [
      `${out.paint("green", "✓")} schedule ${schedule.id} is changed: ${specText(schedule)}`,
    ]);
  });
}
