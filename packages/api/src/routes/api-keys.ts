import { z } from "zod";
import { tenantRoles } from "../roles.ts";
import { defineRoute } from "../route.ts";
import { id, instant, label, page } from "../schemas/values.ts";

const role = z.enum(tenantRoles);
const group = z.string().trim().min(1).max(200);

/** What an API key is made of. */
export const apiKeyBody = z.strictObject({
  name: label,
  role,
  groups: z
    .array(group)
    .max(100)
    .optional()
    .meta({ description: "tasks that are assigned to one of them are the key's too" }),
});
const notFound = "API_KEY_NOT_FOUND";

const current = defineRoute({
  method: "GET",
  path: "/api-keys/current",
  role: "viewer",
  summary: "Read what the key of this request is",
  doc: "Who one is signed in as.",
  replies: {
    200: {
      doc: "key and tenant",
      schema: z.object({
        id,
        name: z.string(),
        role,
        groups: z.array(z.string()),
        tenant: z.object({ id, name: z.string() }),
      }),
    },
  },
  errors: [],
});

const list = defineRoute({
  method: "GET",
  path: "/api-keys",
  role: "admin",
  summary: "List the tenant's API keys",
  doc: "Newest first, in one page, revoked ones included. Never the keys themselves: only their hashes are stored.",
  replies: {
    200: {
      doc: "the keys",
      schema: page(
        z.object({
          id,
          name: z.string(),
          role,
          groups: z.array(z.string()),
          createdAt: instant,
          revokedAt: instant.nullable(),
        }),
      ),
    },
  },
  errors: [],
});

const create = defineRoute({
  method: "POST",
  path: "/api-keys",
  role: "admin",
  summary: "Create an API key",
  doc: "The key is shown once: the same request repeated with its `Idempotency-Key` within 15 minutes gets the same answer, later 409 API_KEY_SHOWN.",
  body: apiKeyBody,
  idempotencyKey: true,
  replies: { 201: { doc: "the key", schema: z.object({ id, key: z.string() }) } },
  errors: ["IDEMPOTENCY_CONFLICT", "API_KEY_SHOWN"],
});

const revoke = defineRoute({
  method: "DELETE",
  path: "/api-keys/:id",
  role: "admin",
  summary: "Revoke an API key",
  doc: "It is refused from the next request on. Revoking it again changes nothing.",
  params: z.strictObject({ id }),
  notFound,
  replies: { 204: { doc: "revoked" } },
  errors: [notFound],
});

export const apiKeys = { current, list, create, revoke };
