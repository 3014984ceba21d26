import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { statusText } from "../../output/status.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly note?: string;
}

type Verb = "pause" | "unpause" | "disable" | "enable";

const descriptions: { readonly [verb in Verb]: string } = {
  pause: "Pause a schedule. Times that pass meanwhile start nothing, and are recorded with the note.",
  unpause: "Let a paused schedule go on from now. What passed meanwhile can be made up for by a backfill.",
  disable: "Disable a schedule: it keeps its settings and starts nothing.",
  enable: "Enable a disabled schedule, also one that publishing has disabled and whose payload fits again.",
};

export function schedulesPause(program: Program, parent: Command): void {
  changesState(program, parent, "pause", "let a schedule start nothing for now");
}

export function schedulesUnpause(program: Program, parent: Command): void {
  changesState(program, parent, "unpause", "let a paused schedule go on");
}

export function schedulesDisable(program: Program, parent: Command): void {
  changesState(program, parent, "disable", "let a schedule start nothing any more");
}

export function schedulesEnable(program: Program, parent: Command): void {
  changesState(program, parent, "enable", "let a disabled schedule start runs again");
}

function changesState(program: Program, parent: Command, verb: Verb, summary: string): void {
  const command = parent
    .command(verb)
    .summary(summary)
    .description(descriptions[verb])
    .argument("<id>", "the schedule's id")
    .option("--note <text>", "why");
  performs<Options>(program, command, async (context, { note }, id = "") => {
    const { out } = context;
    const client = await context.client();
    const schedule = await client.schedules[verb]({ params: { id }, body: note === undefined ? {} : { note } });
    out.result(schedule, () => [`${statusText(schedule.state, out.paint)}  ${printable(schedule.name)}`]);
  });
}
