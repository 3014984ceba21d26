import type { Command } from "commander";
import { jsonArgument } from "../../input/json-argument.ts";
import { followAndTell } from "../../run/follow-and-tell.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly payload?: string;
  readonly wait?: true;
}

export function runsReplay(program: Program, parent: Command): void {
  const command = parent
    .command("replay")
    .summary("run it again from its first step, as a new run")
    .description(
      "Run the same version again from its first step, as a new run. Without --payload the stored input is used. What the first run did outside is done again.",
    )
    .argument("<id>", "the run's id")
    .option("-p, --payload <json>", "another payload: JSON, @file, or @- for standard input")
    .option("-w, --wait", "stay until the new run has ended, and print its steps");
  performs<Options>(program, command, async (context, options, id = "") => {
    const { out } = context;
    const body =
      options.payload === undefined
        ? undefined
        : { payload: await jsonArgument("--payload", options.payload, context.io) };
    const client = await context.client();
    const { runId } = await client.runs.replay({ params: { id }, body });
    if (options.wait === true) {
      out.progress(`run ${runId}`);
      return followAndTell(context, client, { runId });
    }
    out.result({ runId }, () => [`run ${runId}`]);
    return undefined;
  });
}
