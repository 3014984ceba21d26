import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

export function tasksClaim(program: Program, parent: Command): void {
  const command = parent
    .command("claim")
    .summary("take a task")
    .description("Take a task. Nobody else may complete it until you release it.")
    .argument("<id>", "the task's id");
  performs(program, command, async (context, _, id = "") => {
    const client = await context.client();
    const task = await client.tasks.claim({ params: { id } });
    context.out.result(task, () => [`${context.out.paint("green", "✓")} claimed  ${printable(task.title)}`]);
  });
}

export function tasksRelease(program: Program, parent: Command): void {
  const command = parent
    .command("release")
    .summary("give a task back")
    .description("Give a task back that you have claimed. An administrator may release anybody's.")
    .argument("<id>", "the task's id");
  performs(program, command, async (context, _, id = "") => {
    const client = await context.client();
    const task = await client.tasks.release({ params: { id } });
    context.out.result(task, () => [`${context.out.paint("green", "✓")} released  ${printable(task.title)}`]);
  });
}
