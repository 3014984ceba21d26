import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { printable } from "../../output/printable.ts";
import { performs, type Program } from "../../verb.ts";
import { readSecret } from "./create.ts";

interface Options {
  readonly secret?: string;
  readonly finish?: true;
}

export function webhooksRotate(program: Program, parent: Command): void {
  const command = parent
    .command("rotate")
    .summary("change a webhook endpoint's secret")
    .description(
      "Change a webhook endpoint's secret in two steps: first a new one is added, and both count. Once the other side uses the new one, --finish takes the old one away.",
    )
    .argument("<key>", "its key")
    .option("--secret <@file>", "the new one, where the other side makes it; @- for standard input")
    .option("--finish", "take away all secrets but the newest");
  performs<Options>(program, command, async (context, { secret: given, finish }, key = "") => {
    const { io, out } = context;
    if (finish === true && given !== undefined)
      throw usageError("--finish adds no secret.", "Rotate with --secret first, and with --finish later.");
    const secret = await readSecret(given, io);
    const client = await context.client();
    if (finish !== true) {
      const added = await client.webhooks.addSecret({
        params: { key },
        ...(secret === undefined ? {} : { body: { secret } }),
      });
      out.result(added, () => [
        `${out.paint("green", "✓")} webhook ${printable(key)} has a new secret beside the old one`,
        ...(added.secret === undefined ? [] : [`  its secret      ${added.secret}   (shown this once)`]),
        `  once the other side uses it: mainspring webhooks rotate ${printable(key)} --finish`,
      ]);
      return;
    }
    const { secrets } = await client.webhooks.get({ params: { key } });
    const old = secrets.slice(0, -1);
    for (const { id } of old) await client.webhooks.removeSecret({ params: { key, id } });
    out.result({ key, removed: old.map(({ id }) => id) }, () => [
      old.length === 0
        ? `webhook ${printable(key)} has one secret: there is nothing to finish`
        : `${out.paint("green", "✓")} only the newest secret of webhook ${printable(key)} counts now`,
    ]);
  });
}
