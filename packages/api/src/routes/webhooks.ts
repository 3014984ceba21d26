import { z } from "zod";
import { defineRoute } from "../route.ts";
import { id, instant, page, pageQuery, workflowKey } from "../schemas/values.ts";

export const webhookSchemes = ["standard", "github", "stripe", "slack"] as const;

/** A synchronous reply is waited for at most so long. */
export const webhookWaitMaxMs = 30_000;

const key = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/, { error: "expected [a-z][a-z0-9-]{1,62}" });
const params = z.strictObject({ key });
const notFound = "WEBHOOK_NOT_FOUND";

const expression = z.strictObject({
  $expr: z.string().min(1).meta({ description: "over `headers` (names in lower case), `query` and `body`" }),
});
const text = z.union([z.string().min(1).max(200), expression]);

const secretRow = z.object({ id: id, createdAt: instant, createdBy: z.string().nullable() });

const secretValue = z
  .string()
  .min(8)
  .max(1_000)
  .meta({ description: "8 to 1,000 characters, as the other side shows it; left out: one is made" });

const settings = {
  scheme: z.enum(webhookSchemes).meta({ description: "who signs, and how" }),
  description: z.string().max(1_000).nullish(),
  enabled: z.boolean().default(true).meta({ description: "false: its address answers 404" }),
  eventName: text.nullish().meta({ description: "left out, or nothing: as the scheme has it" }),
  correlationKey: text.nullish().meta({ description: "left out, or nothing: found as for any event" }),
  headers: z
    .array(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: "expected the name of a header" }))
    .max(50)
    .default([])
    .meta({ description: "with any, the payload is `{headers, body}` with these; without, the body" }),
  workflow: workflowKey.nullish().meta({ description: "started by each new event, beside waits and triggers" }),
  reply: z
    .strictObject({ waitMs: z.number().int().min(1).max(webhookWaitMaxMs) })
    .nullish()
    .meta({
      description: "with `workflow`: answer 200 with the run's output if it succeeds within this time, else 202",
    }),
};

/** An endpoint as its author says it, without secrets. */
export const webhookBody = z.strictObject({ key, ...settings });

const webhook = z.object({
  key,
  scheme: z.enum(webhookSchemes),
  path: z.string().meta({ description: "where the other side posts to; it carries the tenant and needs no API key" }),
  description: z.string().nullable(),
  enabled: z.boolean(),
  eventName: text.nullable(),
  correlationKey: text.nullable(),
  headers: z.array(z.string()),
  workflow: z.string().nullable(),
  reply: z.object({ waitMs: z.number().int() }).nullable(),
  revision: z.number().int(),
  secrets: z.array(secretRow).meta({ description: "the active ones, oldest first; never what they are" }),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string().nullable(),
});
export type WebhookReply = z.infer<typeof webhook>;

const withNewSecret = webhook.extend({
  secret: z.string().optional().meta({ description: "the secret that was made; it is shown this once" }),
});

const list = defineRoute({
  method: "GET",
  path: "/webhooks",
  role: "viewer",
  summary: "List webhook endpoints",
  doc: "In the order of their keys.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of endpoints", schema: page(webhook) } },
  errors: ["CURSOR_MISMATCH"],
});

const create = defineRoute({
  method: "POST",
  path: "/webhooks",
  role: "admin",
  summary: "Create a webhook endpoint",
  doc: "Its `key` is the source of its events and stands in its address. Calls are verified with the secret that is given, or with one that is made and shown this once.",
  body: z.strictObject({ key, ...settings, secret: secretValue.optional() }),
  replies: { 201: { doc: "created", schema: withNewSecret } },
  errors: ["WEBHOOK_EXISTS", "WEBHOOK_INVALID"],
});

const get = defineRoute({
  method: "GET",
  path: "/webhooks/:key",
  role: "viewer",
  summary: "Read a webhook endpoint",
  doc: "With the ids of its active secrets.",
  params,
  notFound,
  replies: { 200: { doc: "the endpoint", schema: webhook } },
  errors: [notFound],
});

const put = defineRoute({
  method: "PUT",
  path: "/webhooks/:key",
  role: "author",
  summary: "Change a webhook endpoint",
  doc: "The body says everything but the secrets, which stay.",
  params,
  notFound,
  ifMatch: true,
  body: z.strictObject(settings),
  replies: { 200: { doc: "changed", schema: webhook } },
  errors: [notFound, "WEBHOOK_INVALID", "REVISION_MISMATCH"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/webhooks/:key",
  role: "admin",
  summary: "Remove a webhook endpoint",
  doc: "Its address answers 404 from now on, and its secrets are gone. Its events stay.",
  params,
  notFound,
  replies: { 204: { doc: "removed" } },
  errors: [notFound],
});

const addSecret = defineRoute({
  method: "POST",
  path: "/webhooks/:key/secrets",
  role: "admin",
  summary: "Add a secret to a webhook endpoint",
  doc: "Both count until the old one is removed, so that the other side can change over in between. At most two at a time.",
  params,
  notFound,
  body: z.strictObject({ secret: secretValue.optional() }),
  bodyOptional: true,
  replies: {
    201: {
      doc: "added",
      schema: secretRow.extend({
        secret: z.string().optional().meta({ description: "where it was made: it is shown this once" }),
      }),
    },
  },
  errors: [notFound, "WEBHOOK_SECRETS_FULL", "WEBHOOK_INVALID"],
});

const removeSecret = defineRoute({
  method: "DELETE",
  path: "/webhooks/:key/secrets/:id",
  role: "admin",
  summary: "Remove a secret of a webhook endpoint",
  doc: "What it signed is refused from now on.",
  params: z.strictObject({ key, id: id }),
  notFound: "WEBHOOK_SECRET_NOT_FOUND",
  replies: { 204: { doc: "removed" } },
  errors: [notFound, "WEBHOOK_SECRET_NOT_FOUND"],
});

export const webhooks = { list, create, get, put, remove, addSecret, removeSecret };
