import type { Command } from "commander";
import type { VersionDiffReply } from "@mainspring/api";
import { CliError } from "../../cli-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { printable } from "../../output/printable.ts";
import { fields } from "../../output/table.ts";
import type { Output } from "../../output/output.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly from?: string;
  readonly to?: string;
}

/** Of changes, so many lines; `--json` has all. */
const shownChanges = 20;

export function workflowsDiff(program: Program, parent: Command): void {
  const command = parent
    .command("diff")
    .summary("compare two versions, or a version with the draft")
    .description("Say which steps were added, removed or changed between two versions, and where the documents differ.")
    .argument("<key>", "the workflow's key")
    .option("--from <version>", "a version, or draft; left out: the published version")
    .option("--to <version>", "a version, or draft", "draft");
  performs<Options>(program, command, async (context, { from, to = "draft" }, key = "") => {
    const { out } = context;
    const client = await context.client();
    const published = from ?? (await client.workflows.get({ params: { key } })).publishedVersion;
    if (published === null)
      throw new CliError(
        "NOT_PUBLISHED",
        `${key} has no published version`,
        "Name what to compare with --from and --to.",
        exitCodes.usage,
      );
    const query = { from: sideOf(String(published)), to: sideOf(to) };
    const diff = await client.workflows.diff({ params: { key }, query });
    out.result(diff, () => diffLines(diff, out));
  });
}

function sideOf(text: string): number | "draft" {
  if (text === "draft") return "draft";
  const version = Number(text);
  if (Number.isInteger(version) && version >= 1) return version;
  throw new CliError(
    "USAGE",
    `${text} is neither a version nor draft`,
    "Give a number such as 3, or draft.",
    exitCodes.usage,
  );
}

function diffLines({ from, to, same, steps, changes }: VersionDiffReply, { paint }: Output): string[] {
  if (same) return [`${from.version} and ${to.version} are the same`];
  const list = (ids: readonly string[]): string => (ids.length === 0 ? "none" : ids.map(printable).join(", "));
  const more = changes.length - shownChanges;
  return [
    ...fields(
      [
        ["compared", `${from.version} with ${to.version}`],
        ["added", list(steps.added)],
        ["removed", list(steps.removed)],
        ["changed", list(steps.changed)],
      ],
      paint,
    ),
    ...changes.slice(0, shownChanges).map(({ pointer, kind, before, after }) => {
      const [was, is] = [textOf(before), textOf(after)];
      const what = kind === "changed" ? `${was} -> ${is}` : kind === "added" ? `+ ${is}` : `- ${was}`;
      return `  ${printable(pointer)}  ${printable(what)}`;
    }),
    ...(more > 0 ? [`  ${paint("dim", `and ${more} more: --json has them`)}`] : []),
  ];
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
