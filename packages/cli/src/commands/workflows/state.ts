import { InvalidArgumentError, type Command } from "commander";
import { wholeNumber } from "../../input/numbers.ts";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";

const theKey = ["<key>", "the workflow's key"] as const;

export function workflowsPause(program: Program, parent: Command): void {
  const command = parent
    .command("pause")
    .summary("hold the starts of a workflow")
    .description(
      "Hold the starts of a workflow. Runs under way go on; starts by people wait, events and schedules start nothing and leave a decision.",
    )
    .argument(...theKey)
    .option("--note <text>", "why, for whoever asks");
  performs<{ readonly note?: string }>(program, command, async (context, { note }, key = "") => {
    const { out } = context;
    const client = await context.client();
    const reply = await client.workflows.pause({ params: { key }, body: note === undefined ? {} : { note } });
    out.result(reply, () => [`${out.paint("green", "✓")} starts of ${printable(key)} are held`]);
  });
}

export function workflowsUnpause(program: Program, parent: Command): void {
  const command = parent
    .command("unpause")
    .summary("let a workflow start again")
    .description("Let a workflow start again; held starts go in the order of their acceptance.")
    .argument(...theKey);
  performs(program, command, async (context, _, key = "") => {
    const { out } = context;
    const client = await context.client();
    const reply = await client.workflows.unpause({ params: { key } });
    out.result(reply, () => [
      `${out.paint("green", "✓")} ${printable(key)} starts again; ${reply.released} held starts went at once`,
    ]);
  });
}

export function workflowsUnpublish(program: Program, parent: Command): void {
  const command = parent
    .command("unpublish")
    .summary("publish no version of a workflow any more")
    .description(
      "Publish no version of a workflow any more. Runs under way go on, and workflows that are bound to a version still call it; held starts are dropped, each with a decision, and its schedules are removed.",
    )
    .argument(...theKey);
  performs(program, command, async (context, _, key = "") => {
    const { out } = context;
    const client = await context.client();
    const reply = await client.workflows.unpublish({ params: { key } });
    out.result(reply, () => [
      `${out.paint("green", "✓")} ${printable(key)} is no longer published (it was version ${reply.unpublishedVersion}); ${reply.dropped} held starts dropped, ${reply.schedulesRemoved} schedules removed`,
    ]);
  });
}

export function workflowsSettings(program: Program, parent: Command): void {
  const command = parent
    .command("settings")
    .summary("change how a workflow is run")
    .description("Change how a workflow is run, or show it when no option is given.")
    .argument(...theKey)
    .option("--concurrency-limit <n>", "so many of its runs may be under way at once, or none: no limit", limitOrNone);
  performs<{ readonly concurrencyLimit?: number | "none" }>(
    program,
    command,
    async (context, { concurrencyLimit }, key = "") => {
      const { out } = context;
      const client = await context.client();
      const settings =
        concurrencyLimit === undefined
          ? { concurrencyLimit: (await client.workflows.get({ params: { key } })).concurrencyLimit }
          : await client.workflows.putSettings({
              params: { key },
              body: { concurrencyLimit: concurrencyLimit === "none" ? null : concurrencyLimit },
            });
      out.result(settings, () => [
        settings.concurrencyLimit === null
          ? `${printable(key)}: no limit of its own on runs at once`
          : `${printable(key)}: at most ${settings.concurrencyLimit} runs at once`,
      ]);
    },
  );
}

function limitOrNone(text: string): number | "none" {
  if (text === "none") return text;
  try {
    return wholeNumber(0, 1_000_000)(text);
  } catch {
    throw new InvalidArgumentError("It is a whole number from 0 to 1000000, or none.");
  }
}

export function workflowsDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete a workflow")
    .description(
      "Delete a workflow with its versions and schedules. Refused while runs of it are open or held, or a published version calls it. Ended runs stay; the key used again is another workflow.",
    )
    .argument(...theKey);
  performs(program, command, async (context, _, key = "") => {
    const { out } = context;
    const client = await context.client();
    await client.workflows.remove({ params: { key } });
    out.result({ key, deleted: true }, () => [`${out.paint("green", "✓")} workflow ${printable(key)} is deleted`]);
  });
}
