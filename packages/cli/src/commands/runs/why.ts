import type { Command } from "commander";
import type { RunWhyReply } from "@mainspring/api";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function runsWhy(program: Program, parent: Command): void {
  const command = parent
    .command("why")
    .summary("say why a run is not moving, and what to do")
    .description(
      "Say why a run stands where it stands: one sentence, the evidence, and what to do. Asked of the rows, the execution, the task queue and the inbox at this moment.",
    )
    .argument("<id>", "the run's id");
  performs(program, command, async (context, _, id = "") => {
    const { out } = context;
    const client = await context.client();
    const why = await client.runs.why({ params: { id } });
    out.result(why, () => whyLines(why, out));
  });
}

function whyLines(why: RunWhyReply, { paint }: Output): string[] {
  return [
    ...causeLines(why, paint),
    ...(why.also.length === 0 ? [] : ["", paint("bold", "Also true")]),
    ...why.also.map(({ cause, sentence }) => `  ${printable(cause)}  ${printable(sentence)}`),
  ];
}

function causeLines(cause: RunWhyReply, paint: Output["paint"]): string[] {
  const since = cause.since === null ? "" : `since ${instantText(cause.since)}`;
  const next = cause.next === undefined ? "" : `next at ${instantText(cause.next)}`;
  const times = [since, next].filter((part) => part !== "").join(", ");
  return [
    paint("bold", printable(cause.sentence)),
    `  ${paint("dim", [printable(cause.cause), times].filter((part) => part !== "").join(" · "))}`,
    ...cause.evidence.map(({ text }) => `  - ${printable(text)}`),
    `  ${printable(cause.remedy)}`,
  ];
}
