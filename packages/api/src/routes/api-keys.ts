import { z } from "zod";
import { tenantRoles } from "../roles.ts";
import { defineRoute } from "../route.ts";
import { id, instant, label, page, pageQuery } from "../schemas/values.ts";

const role = z.enum(tenantRoles);
const notFound = "API_KEY_NOT_FOUND";

const current = defineRoute({
  method: "GET",
  path: "/api-keys/current",
  role: "viewer",
  summary: "Read what the key of this request is",
  doc: "Who one is signed in as.",
  replies: { 200: { doc: "key and tenant", schema: z.object({ id, name: z.string(), role, tenant: z.object({ id, name: z.string() }) }) } },
  errors: [],
});

const list = defineRoute({
  method: "GET",
  path: "/api-keys",
  role: "admin",
  summary: "List the tenant's API keys",
  doc: "Never the keys themselves: only their hashes are stored.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of keys", schema: page(z.object({ id, name: z.string(), role, createdAt: instant })) } },
  errors: ["CURSOR_MISMATCH"],
});

const create = defineRoute({
  method: "POST",
  path: "/api-keys",
  role: "admin",
  summary: "Create an API key",
  doc: "The key is shown once.",
  body: z.strictObject({ name: label, role }),
  replies: { 201: { doc: "the key", schema: z.object({ id, key: z.string() }) } },
  errors: [],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/api-keys/:id",
  role: "admin",
  summary: "Delete an API key",
  doc: "It is refused from the next request on.",
  params: z.strictObject({ id }),
  notFound,
  replies: { 204: { doc: "deleted" } },
  errors: [notFound],
});

export const apiKeys = { current, list, create, remove };
