import type { WebhookReply } from "@mainspring/api";
import { Option } from "commander";
import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import type { Io } from "../../context.ts";
import { collected, wholeNumber } from "../../input/numbers.ts";
import { readText } from "../../input/read-text.ts";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";
import { webhookLines } from "./show.ts";

interface Options {
  readonly scheme: WebhookReply["scheme"];
  readonly secret?: string;
  readonly description?: string;
  readonly eventName?: string;
  readonly eventNameExpr?: string;
  readonly keyExpr?: string;
  readonly header?: readonly string[];
  readonly workflow?: string;
  readonly replyWithin?: number;
}

/** As in the contract; written here so that the help needs none of it. */
const schemes: readonly WebhookReply["scheme"][] = ["standard", "github", "stripe", "slack"];
const replyWithinMaxMs = 30_000;

export function webhooksCreate(program: Program, parent: Command): void {
  const command = parent
    .command("create")
    .summary("create a webhook endpoint")
    .description(
      "Create a webhook endpoint, an address to which another system posts its events. Without --secret one is made, and shown this once.",
    )
    .argument("<key>", "in its address, and the source of its events")
    .addOption(new Option("--scheme <scheme>", "who signs, and how").choices(schemes).makeOptionMandatory())
    .option("--secret <@file>", "the secret that the other side shows; @- for standard input")
    .option("--description <text>", "for people")
    .option("--event-name <name>", "of its events; left out, as the scheme has it")
    .option("--event-name-expr <expression>", "likewise, over headers, query and body")
    .option("--key-expr <expression>", "the correlation key, over headers, query and body")
    .option("--header <name>", "take this header into the payload; may be given several times", collected)
    .option("--workflow <key>", "start this workflow with each new event")
    .option(
      "--reply-within <ms>",
      "answer with the run's output when it ends in time",
      wholeNumber(1, replyWithinMaxMs),
    );
  performs<Options>(program, command, async (context, options, key = "") => {
    const { io, out } = context;
    if (options.eventName !== undefined && options.eventNameExpr !== undefined)
      throw usageError("The event's name is given twice.", "Give --event-name, or --event-name-expr.");
    const secret = await readSecret(options.secret, io);
    const client = await context.client();
    const webhook = await client.webhooks.create({
      body: {
        key,
        scheme: options.scheme,
        headers: [...(options.header ?? [])],
        enabled: true,
        ...(secret === undefined ? {} : { secret }),
        ...(options.description === undefined ? {} : { description: options.description }),
        ...(options.eventName === undefined ? {} : { eventName: options.eventName }),
        ...(options.eventNameExpr === undefined ? {} : { eventName: { $expr: options.eventNameExpr } }),
        ...(options.keyExpr === undefined ? {} : { correlationKey: { $expr: options.keyExpr } }),
        ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
        ...(options.replyWithin === undefined ? {} : { reply: { waitMs: options.replyWithin } }),
      },
    });
    out.result(webhook, () => [
      `${out.paint("green", "✓")} webhook ${printable(webhook.key)} is created`,
      ...webhookLines(webhook),
      ...(webhook.secret === undefined ? [] : [`  its secret      ${webhook.secret}   (shown this once)`]),
    ]);
  });
}

/** A secret never stands on the command line, which others of the machine can read. */
export async function readSecret(given: string | undefined, io: Io): Promise<string | undefined> {
  if (given === undefined) return undefined;
  if (!given.startsWith("@"))
    throw usageError(
      "The secret would stand on the command line, which others of this machine can read.",
      "Give it as --secret @file, or --secret @- for standard input.",
    );
  return (await readText(given.slice(1), io)).replace(/\r?\n$/, "");
}
