import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { printable } from "../../output/printable.ts";
import { fields } from "../../output/table.ts";
import { durationText } from "../../output/times.ts";
import { jsonLines } from "../../run/run-text.ts";
import { performs, type Program } from "../../verb.ts";

export function actionsShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show an action with the schemas of its input and output")
    .description("Show an action: what it does, what may repeat, and the schemas of its input and output.")
    .argument("<id>", "the action, such as http.request@1; without @ the highest major version");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    const { items } = await client.actions.list();
    const action = items.find((one) => one.id === id) ?? items.findLast((one) => one.id.split("@")[0] === id);
    if (action === undefined) {
      throw new CliError(
        "ACTION_UNKNOWN",
        `There is no action ${id}.`,
        `There are ${items.map((one) => one.id).join(", ")}.`,
      );
    }
    out.result(action, () => [
      ...fields(
        [
          ["action", printable(action.id)],
          ["title", printable(action.title)],
          ["effect", action.effect],
          ["runs", action.execution],
          ["timeout", durationText(action.timeoutMs)],
        ],
        out.paint,
      ),
      "",
      printable(action.description),
      "",
      out.paint("bold", "Input"),
      ...jsonLines(action.inputSchema),
      "",
      out.paint("bold", "Output"),
      ...jsonLines(action.outputSchema),
    ]);
  });
}
