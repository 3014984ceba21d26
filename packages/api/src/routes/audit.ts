import { z } from "zod";
import { defineRoute } from "../route.ts";
import { id, instant, json, page, pageQuery } from "../schemas/values.ts";

const text = z.string().min(1).max(500);
const time = z.iso.datetime({ offset: true, error: "expected a time such as 2031-03-30T08:00:00Z" });
const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits" });

export const auditEntry = z.object({
  id,
  seq: z.number().int().meta({ description: "1, 2, 3 ... per tenant, without a gap" }),
  at: instant,
  actor: z.string().meta({ description: "`api-key:<id>`, `platform`" }),
  action: z.string(),
  subject: z.string(),
  details: json,
  hash: z.string().meta({ description: "covers the entry and the hash of the one before it" }),
});
export type AuditEntryReply = z.infer<typeof auditEntry>;

export const auditQuery = z.strictObject({
  actor: text.optional(),
  action: text.optional(),
  subject: text.optional(),
  from: time.optional().meta({ description: "inclusive" }),
  to: time.optional().meta({ description: "exclusive" }),
  ...pageQuery,
});

export const verifyQuery = z
  .strictObject({ seq: z.coerce.number().int().min(1).optional(), hash: hash.optional() })
  .refine(({ seq, hash: given }) => (seq === undefined) === (given === undefined), {
    error: "`seq` and `hash` come together",
  });

export const auditVerification = z.object({
  valid: z.boolean(),
  entries: z.number().int(),
  head: z
    .object({ seq: z.number().int(), hash: z.string() })
    .meta({ description: "the last entry: kept elsewhere, it shows later whether the whole chain was made anew" }),
  pseudonymised: z.number().int(),
  faults: z
    .array(
      z.object({
        seq: z.number().int(),
        id: id.nullable(),
        fault: z.enum(["altered", "missing", "unlinked", "rewritten"]),
      }),
    )
    .meta({ description: "the first hundred" }),
});
export type AuditVerificationReply = z.infer<typeof auditVerification>;

const list = defineRoute({
  method: "GET",
  path: "/audit",
  role: "admin",
  summary: "List who changed what",
  doc: "Newest first; the filters hold together and compare whole values. One entry for each change by a person or a key, in a chain of hashes.",
  query: auditQuery,
  replies: { 200: { doc: "a page of entries", schema: page(auditEntry) } },
  errors: ["CURSOR_MISMATCH"],
});

const verify = defineRoute({
  method: "GET",
  path: "/audit/verify",
  role: "admin",
  summary: "Recompute the audit log's chain",
  doc: "Finds entries that were altered, removed, put in or moved. With `seq` and `hash`, as an earlier `head` had them, also a chain that was made anew as a whole.",
  query: verifyQuery,
  replies: { 200: { doc: "what was found", schema: auditVerification } },
  errors: [],
});

export const audit = { list, verify };
