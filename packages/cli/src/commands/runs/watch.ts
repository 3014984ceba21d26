import type { Command } from "commander";
import { wholeNumber } from "../../input/numbers.ts";
import { entryLine } from "../../run/entry-line.ts";
import { tellThatItGoesOn } from "../../run/follow-and-tell.ts";
import { exitCodeOf, followRun } from "../../run/follow-run.ts";
import { outcomeLines } from "../../run/run-text.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly after: number;
}

export function runsWatch(program: Program, parent: Command): void {
  const command = parent
    .command("watch")
    .summary("print a run's steps as they happen")
    .description(
      "Print a run's steps from its beginning, then as they happen, until it has ended. The exit code is 1 unless it succeeds. With --json each entry of the journal is a line.",
    )
    .argument("<id>", "the run's id")
    .option("--after <seq>", "only what comes after this entry of the journal", wholeNumber(0, 2_147_483_647), 0);
  performs<Options>(program, command, async (context, { after }, id = "") => {
    const { out } = context;
    const client = await context.client();
    const { createdAt } = await client.runs.get({ params: { id } });
    const sinceMs = Date.parse(createdAt);
    const followed = await followRun(context, client, id, {
      afterSeq: after,
      entry: (entry) => out.item(entry, () => entryLine(entry, { paint: out.paint, sinceMs })),
    });
    if (!("run" in followed)) tellThatItGoesOn(context, id, followed);
    else if (!out.isJson) out.result(followed.run, () => ["", ...outcomeLines(followed.run, out)]);
    return exitCodeOf(followed);
  });
}
