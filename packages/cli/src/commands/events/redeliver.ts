import type { Command } from "commander";
import { performs, type Program } from "../../verb.ts";
import { eventOf } from "./why.ts";

interface Options {
  readonly source: string;
}

export function eventsRedeliver(program: Program, parent: Command): void {
  const command = parent
    .command("redeliver")
    .summary("do what is not done of an event")
    .description(
      "Do what is not done of an event that was given up: signals that failed are sent again, and triggers that have not decided are asked. What was done stays done.",
    )
    .argument("<id>", "the event's id: ours, or its id at its source")
    .option("--source <source>", "of the event, when its id at its source is given", "cli");
  performs<Options>(program, command, async (context, { source }, id = "") => {
    const { out } = context;
    const client = await context.client();
    const done = await client.events.redeliver({ params: { id: await eventOf(client, id, source) } });
    const routed = done.routed ? "it is routed again" : "it is not routed again";
    const signals = done.deliveries === 1 ? "1 signal is" : `${done.deliveries} signals are`;
    out.result(done, () => [`${out.paint("green", "✓")} event ${done.eventId}: ${routed}, ${signals} sent again`]);
  });
}
