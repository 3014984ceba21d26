import type { WebhookReply } from "@mainspring/api";
import type { Command } from "commander";
import { printable } from "../../output/printable.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

export function webhooksShow(program: Program, parent: Command): void {
  const command = parent
    .command("show")
    .summary("show a webhook endpoint")
    .description("Show a webhook endpoint: its address, what it makes of a call, and which secrets count.")
    .argument("<key>", "its key");
  performs(program, command, async (context, _, key = "") => {
    const { out } = context;
    const client = await context.client();
    const webhook = await client.webhooks.get({ params: { key } });
    out.result(webhook, () => webhookLines(webhook));
  });
}

export function webhookLines(webhook: WebhookReply): string[] {
  const { eventName, correlationKey, headers, workflow, reply, description } = webhook;
  return [
    `${printable(webhook.key)}  ${webhook.scheme}${webhook.enabled ? "" : "  (switched off)"}`,
    `  path            ${printable(webhook.path)}`,
    ...(description === null ? [] : [`  description     ${printable(description)}`]),
    `  event name      ${eventName === null ? "as the scheme has it" : valueText(eventName)}`,
    `  correlation key ${correlationKey === null ? "as for any event" : valueText(correlationKey)}`,
    `  payload         ${headers.length === 0 ? "the body" : `{headers, body} with ${headers.map(printable).join(", ")}`}`,
    ...(workflow === null
      ? []
      : [`  starts          ${printable(workflow)}${reply === null ? "" : `, answered within ${reply.waitMs} ms`}`]),
    ...webhook.secrets.map(({ id, createdAt }) => `  secret          ${id}, since ${instantText(createdAt)}`),
  ];
}

function valueText(value: NonNullable<WebhookReply["eventName"]>): string {
  return printable(typeof value === "string" ? JSON.stringify(value) : value.$expr);
}
