import { z } from "zod";
import { defineRoute } from "../route.ts";
import { instant, page, pageQuery } from "../schemas/values.ts";

const secretName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/, { error: "expected a letter, then letters, digits, '.', '_' and '-'" });

const params = z.strictObject({ name: secretName });
const notFound = "SECRET_NOT_FOUND";

/** Never the value. */
const secret = z.object({
  name: z.string(),
  version: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string().nullable(),
});

const list = defineRoute({
  method: "GET",
  path: "/secrets",
  role: "author",
  summary: "List secrets",
  doc: "Names, versions and times, in the order of their names. No route gives a value back.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of secrets", schema: page(secret) } },
  errors: ["CURSOR_MISMATCH"],
});

const set = defineRoute({
  method: "PUT",
  path: "/secrets/:name",
  role: "admin",
  summary: "Set a secret",
  doc: "Its value reaches calls that begin from now on: steps name it as `{ $secret: name }`. The value that it had is gone.",
  params,
  notFound,
  body: z.strictObject({
    value: z.string().min(8).max(16_384).meta({ description: "8 to 16,384 characters" }),
  }),
  replies: {
    200: { doc: "replaced", schema: secret },
    201: { doc: "created", schema: secret },
  },
  errors: [],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/secrets/:name",
  role: "admin",
  summary: "Remove a secret",
  doc: "Calls that name it fail with `SECRET_NOT_FOUND` from now on.",
  params,
  notFound,
  replies: { 204: { doc: "removed" } },
  errors: [notFound],
});

const rotateKey = defineRoute({
  method: "POST",
  path: "/secrets/rotate-key",
  role: "admin",
  summary: "Give the tenant a new key",
  doc: "Secrets are sealed under it anew, and payloads from now on (other processes follow within half a minute). Old keys stay, for the histories that they sealed.",
  replies: { 200: { doc: "the key", schema: z.object({ keyVersion: z.number().int() }) } },
  errors: [],
});

export const secrets = { list, set, remove, rotateKey };
