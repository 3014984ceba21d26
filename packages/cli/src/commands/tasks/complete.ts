import type { Command } from "commander";
import type { Context } from "../../context.ts";
import { jsonArgument } from "../../input/json-argument.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly answer: string;
  readonly submission?: string;
}

export function tasksComplete(program: Program, parent: Command): void {
  const command = parent
    .command("complete")
    .summary("answer a task")
    .description("Answer a task. The command ends when the run has taken the answer, or says why it has not.");
  performs<Options>(program, withAnswer(command), async (context, options, id = "") => {
    const [client, body] = [await context.client(), await bodyOf(context, options)];
    told(context, await client.tasks.complete({ params: { id }, body }), id);
  });
}

export function tasksOverride(program: Program, parent: Command): void {
  const command = parent
    .command("override")
    .summary("answer a task past its form")
    .description("Answer a task as an administrator, whom neither its form nor a claim binds. It is audited.");
  performs<Options>(program, withAnswer(command), async (context, options, id = "") => {
    const [client, body] = [await context.client(), await bodyOf(context, options)];
    told(context, await client.tasks.override({ params: { id }, body }), id);
  });
}

function withAnswer(command: Command): Command {
  return command
    .argument("<id>", "the task's id")
    .requiredOption("-a, --answer <json>", "the answer: JSON, @file, or @- for standard input")
    .option("--submission <id>", "names the answer: sent again, it counts once");
}

async function bodyOf({ io }: Context, { answer, submission }: Options) {
  const given = await jsonArgument("--answer", answer, io);
  return { answer: given, ...(submission === undefined ? {} : { submissionId: submission }) };
}

function told({ out }: Context, reply: { readonly status: string }, id: string): void {
  out.result({ ...reply, id }, () => [`${out.paint("green", "✓")} accepted  task ${id}`]);
}
