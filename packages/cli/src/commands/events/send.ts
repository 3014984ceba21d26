import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { jsonArgument } from "../../input/json-argument.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly key?: string;
  readonly payload?: string;
  readonly id?: string;
  readonly source: string;
  readonly run?: string;
  readonly user?: string;
}

export function eventsSend(program: Program, parent: Command): void {
  const command = parent
    .command("send")
    .summary("send an event")
    .description("Send an event. It is stored when the command ends, and goes to the runs that wait for it.")
    .argument("<name>", "such as payment.received")
    .option("-k, --key <key>", "the correlation key by which a waiting run is found")
    .option("-p, --payload <json>", "the payload: JSON, @file, or @- for standard input")
    .option("--id <id>", "the event's id at its source: sent again, it counts once; left out: a new one")
    .option("--source <source>", "who says so", "cli")
    .option("--run <id>", "only this run may take it")
    .option("--user <id>", "on whose behalf");
  performs<Options>(program, command, async (context, options, name = "") => {
    const { out } = context;
    const payload =
      options.payload === undefined ? undefined : await jsonArgument("--payload", options.payload, context.io);
    const { key: correlationKey, id = randomUUID(), source, run: runId, user: userId } = options;
    const client = await context.client();
    const accepted = await client.events.accept({ body: { name, id, source, payload, correlationKey, runId, userId } });
    const receipt = Array.isArray(accepted) ? accepted[0] : accepted;
    out.result({ ...receipt, id, source }, () => [
      `${out.paint("green", "✓")} ${receipt?.duplicate === true ? "known already" : "accepted"}  event ${receipt?.eventId ?? ""}  (${source} ${id})`,
    ]);
  });
}
