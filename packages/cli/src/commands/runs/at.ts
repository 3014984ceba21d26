import { InvalidArgumentError, type Command } from "commander";
import type { RunMomentReply } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable, printableValue } from "../../output/printable.ts";
import { fields } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { placeName } from "../../run/entry-line.ts";
import { performs, type Program } from "../../verb.ts";

export function runsAt(program: Program, parent: Command): void {
  const command = parent
    .command("at")
    .summary("look at a past moment of a run")
    .description(
      "Look at a run as it was after an entry of its journal: what it knew, where it stood, what it waited for, and what had just changed. Recomputed from the inputs that the run recorded.",
    )
    .argument("<id>", "the run's id")
    .argument("<seq>", "the number of the entry, from 1", entryNumber);
  performs(program, command, async (context, _, id = "", seq = "") => {
    const { out } = context;
    const client = await context.client();
    const moment = await client.runs.at({ params: { id, seq: Number(seq) } });
    out.result(moment, () => momentLines(moment, out));
  });
}

function entryNumber(text: string): string {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a number, from 1.");
  return text;
}

function momentLines(moment: RunMomentReply, { paint }: Output): string[] {
  const { scopes, waits, calls, changes, frames } = moment;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", paint("bold", title), ...lines.map((line) => `  ${line}`)];
  return [
    ...fields(
      [
        ["run", moment.runId],
        ["entry", `${moment.seq} of ${moment.lastSeq}: ${moment.entry.kind}`],
        ["at", instantText(moment.at)],
        ["status", moment.status],
        ["payload", printableValue(scopes.payload)],
        ["vars", printableValue(scopes.vars)],
        ["state", printableValue(scopes.state) || undefined],
      ],
      paint,
    ),
    ...section(
      "Changed by it",
      changes.map(
        ({ scope, pointer, before, after }) =>
          `${printable(scope + pointer)}: ${before === undefined ? "nothing" : printable(JSON.stringify(before))} → ${after === undefined ? "nothing" : printable(JSON.stringify(after))}`,
      ),
    ),
    ...section("Stands at", frames.flatMap(standsAt)),
    ...section(
      "Waits for",
      waits.map((wait) =>
        printable(
          `${placeName(wait)}: ${wait.waitType}${wait.event === undefined ? "" : ` ${wait.event}`}${wait.key === undefined ? "" : ` ${wait.key}`}${wait.until === undefined ? "" : ` until ${instantText(wait.until)}`}`,
        ),
      ),
    ),
    ...section(
      "Calls",
      calls.map((call) => printable(`${placeName(call)}: ${call.action}`)),
    ),
  ];
}

/** The innermost frame of a line of control that is at a step. */
function standsAt({ branch, item, frames }: RunMomentReply["frames"][number]): string[] {
  const places = frames.flatMap((frame) => {
    const { stepPath } = frame as { readonly stepPath?: unknown };
    return typeof stepPath === "string" ? [stepPath] : [];
  });
  const last = places.at(-1);
  if (last === undefined) return [];
  const line = branch === undefined ? (item === undefined ? "" : `item ${item}: `) : `branch ${branch}: `;
  return [printable(line + last)];
}
