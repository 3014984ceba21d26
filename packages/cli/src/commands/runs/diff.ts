import type { Command } from "commander";
import type { RunDiffReply } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { fields } from "../../output/table.ts";
import { performs, type Program } from "../../verb.ts";

/** Of values, so many lines; `--json` has all. */
const shownDifferences = 5;

export function runsDiff(program: Program, parent: Command): void {
  const command = parent
    .command("diff")
    .summary("say where two runs first part")
    .description("Say where two runs first part: in the steps that they took, in values, and in time.")
    .argument("<a>", "a run's id")
    .argument("<b>", "another run's id");
  performs(program, command, async (context, _, a = "", b = "") => {
    const { out } = context;
    const client = await context.client();
    const diff = await client.runs.diff({ query: { a, b } });
    out.result(diff, () => diffLines(diff, out));
  });
}

function diffLines(diff: RunDiffReply, { paint }: Output): string[] {
  const { path, timing, differences } = diff;
  const more = differences.length - shownDifferences;
  return [
    ...fields(
      [
        ["A", sideText(diff.a)],
        ["B", sideText(diff.b)],
        ["definition", diff.sameDefinition ? "the same" : "another"],
        ["path", path === null ? "the same" : printable(path.sentence)],
        ["time", timing === null ? "about the same" : printable(timing.sentence)],
        ["values", differences.length === 0 ? "the same" : `${differences.length} differ, the first:`],
      ],
      paint,
    ),
    ...differences.slice(0, shownDifferences).map(({ sentence }) => `  - ${printable(sentence)}`),
    ...(more > 0 ? [`  ${paint("dim", `and ${more} more: --json has them`)}`] : []),
  ];
}

function sideText({ runId, workflow, version, status }: RunDiffReply["a"]): string {
  return `${runId}  ${printable(workflow)}${version === null ? "" : ` version ${version}`}, ${status}`;
}
