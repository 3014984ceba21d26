import type { Command } from "commander";
import type { Client, DecisionReply, EventWhyReply } from "@mainspring/api";
import { CliError, usageError } from "../../cli-error.ts";
import { wholeNumber } from "../../input/numbers.ts";
import type { Output } from "../../output/output.ts";
import { printable } from "../../output/printable.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly source: string;
  readonly workflow?: string;
  readonly schedule?: string;
  readonly limit: number;
}

export function eventsWhy(program: Program, parent: Command): void {
  const command = parent
    .command("why")
    .summary("say why an event, a schedule or a workflow started nothing")
    .description(
      "Say what became of an event: what it started, or why it started nothing, with the values of the time and what to do. Without an event: what was decided last about a workflow or a schedule.",
    )
    .argument("[id]", "the event's id: ours, or its id at its source")
    .option("--source <source>", "of the event, when its id at its source is given", "cli")
    .option("--workflow <key>", "decisions about this workflow")
    .option("--schedule <id>", "decisions about this schedule")
    .option("--limit <n>", "at most so many decisions", wholeNumber(1, 200), 20);
  performs<Options>(program, command, async (context, { source, workflow, schedule: scheduleId, limit }, id) => {
    const { out } = context;
    const isFiltered = workflow !== undefined || scheduleId !== undefined;
    if ((id === undefined) === !isFiltered)
      throw usageError("Name an event, or --workflow or --schedule.", "mainspring events why --help shows how.");
    const client = await context.client();
    if (id !== undefined) {
      const why = await client.events.why({ params: { id: await eventOf(client, id, source) } });
      out.result(why, () => whyLines(why, out));
      return;
    }
    const page = await client.decisions.list({ query: { workflow, scheduleId, limit } });
    out.result(page, () =>
      page.items.length === 0 ? ["Nothing was decided about it."] : decisionLines(page.items, out),
    );
  });
}

/** Our id of an event. @throws when neither its id nor its source's names one */
export async function eventOf(client: Client, id: string, source: string): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    const { items } = await client.events.list({ query: { source, id, limit: 1 } });
    return items[0]?.eventId ?? id;
  }
  const { items } = await client.events.list({ query: { source, id, limit: 1 } });
  const [found] = items;
  if (found === undefined)
    throw new CliError(
      "EVENT_NOT_FOUND",
      `There is no event ${id} of source ${source}.`,
      "Name its source with --source, or use the id that the receipt gave.",
    );
  return found.eventId;
}

function whyLines(why: EventWhyReply, { paint }: Output): string[] {
  const since = why.since === null ? "" : `since ${instantText(why.since)}`;
  return [
    paint("bold", printable(why.sentence)),
    `  ${paint("dim", [printable(why.cause), since].filter((part) => part !== "").join(" · "))}`,
    ...why.evidence.map(({ text }) => `  - ${printable(text)}`),
    `  ${printable(why.remedy)}`,
    ...(why.also.length === 0 ? [] : ["", paint("bold", "Also true")]),
    ...why.also.map(({ cause, sentence }) => `  ${printable(cause)}  ${printable(sentence)}`),
  ];
}

function decisionLines(decisions: readonly DecisionReply[], { paint }: Output): string[] {
  return decisions.flatMap(({ cause, sentence, decidedAt, remedy }) => [
    paint("bold", printable(sentence)),
    `  ${paint("dim", `${cause} · ${instantText(decidedAt)}`)}`,
    `  ${printable(remedy)}`,
  ]);
}
