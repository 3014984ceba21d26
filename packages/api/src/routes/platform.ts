import { z } from "zod";
import { defineRoute } from "../route.ts";
import { id, instant, label, page, pageQuery } from "../schemas/values.ts";
import { apiKeyBody } from "./api-keys.ts";
import { auditEntry, auditQuery, auditVerification, verifyQuery } from "./audit.ts";

/** A host, an address or a CIDR block, with a port if it needs one. */
const egressEntry = z.string().min(1).max(300);

/** As a list of entries, or the kinds apart: `ports` then narrows all others. Stored and shown as a list. */
const egressAllow = z.union([
  z.array(egressEntry).max(200),
  z.strictObject({
    hosts: z.array(egressEntry).max(50).optional(),
    cidrs: z.array(egressEntry).max(50).optional(),
    ports: z.array(z.int().min(1).max(65_535)).max(20).optional(),
  }),
]);

const createTenant = defineRoute({
  method: "POST",
  path: "/platform/tenants",
  role: "platform",
  summary: "Create a tenant",
  doc: "`egressAllow` says what its runs may call beyond the public internet: hosts, addresses and CIDR blocks, each alone or with a port. The same request repeated with its `Idempotency-Key` is answered with the tenant that it made.",
  body: z.strictObject({ name: label, egressAllow: egressAllow.optional() }),
  idempotencyKey: true,
  replies: { 201: { doc: "the tenant", schema: z.object({ id }) } },
  errors: ["IDEMPOTENCY_CONFLICT"],
});

const limit = z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const smallLimit = z.int().min(0).max(2_147_483_647).nullable();

/** Null: no limit. Months are calendar months of UTC. */
const quotas = z.strictObject({
  stepsPerMonth: limit,
  concurrentRuns: smallLimit,
  startsPerMinute: smallLimit,
  fuelPerMinute: limit,
});

/** What becomes of runs under way: the deletion is refused, they are cancelled and terminated after a grace, or terminated at once. */
export const deletionModes = ["refuse", "cancel", "terminate"] as const;

const tenant = z.object({
  id,
  name: z.string(),
  egressAllow: z.array(egressEntry),
  quotas,
  suspended: z.boolean(),
  retentionDays: z
    .number()
    .int()
    .nullable()
    .meta({ description: "ended runs are kept so many days; null: the default, 90" }),
  createdAt: instant,
  deletion: z
    .object({ mode: z.enum(deletionModes), stage: z.string(), requestedAt: instant, graceEndsAt: instant })
    .nullable()
    .meta({ description: "not null while it is being deleted" }),
});
export type TenantReply = z.infer<typeof tenant>;

const listTenants = defineRoute({
  method: "GET",
  path: "/platform/tenants",
  role: "platform",
  summary: "List tenants",
  doc: "Newest first. Without quotas: those are read with the tenant.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of tenants", schema: page(tenant.omit({ quotas: true })) } },
  errors: ["CURSOR_MISMATCH"],
});

const getTenant = defineRoute({
  method: "GET",
  path: "/platform/tenants/:id",
  role: "platform",
  summary: "Read a tenant",
  doc: "What the platform's administrator has set.",
  params: z.strictObject({ id }),
  notFound: "TENANT_NOT_FOUND",
  replies: { 200: { doc: "the tenant", schema: tenant } },
  errors: ["TENANT_NOT_FOUND"],
});

const updateTenant = defineRoute({
  method: "PUT",
  path: "/platform/tenants/:id",
  role: "platform",
  summary: "Change what a tenant may do",
  doc: "What is left out stays, in `quotas` too; null lifts a limit. Runs that meet the step quota pause and go on when there is room. A suspended tenant's keys are refused, its events and schedules start nothing; runs under way go on.",
  params: z.strictObject({ id }),
  notFound: "TENANT_NOT_FOUND",
  body: z.strictObject({
    egressAllow: egressAllow.optional(),
    quotas: quotas.partial().optional(),
    suspended: z.boolean().optional(),
    retentionDays: z.int().min(1).max(3_650).nullable().optional(),
  }),
  replies: { 200: { doc: "as stored", schema: tenant } },
  errors: ["TENANT_NOT_FOUND"],
});

const createApiKey = defineRoute({
  method: "POST",
  path: "/platform/tenants/:id/api-keys",
  role: "platform",
  summary: "Create an API key of a tenant",
  doc: "The key is shown once: the same request repeated with its `Idempotency-Key` within 15 minutes gets the same answer, later 409 API_KEY_SHOWN.",
  params: z.strictObject({ id }),
  notFound: "TENANT_NOT_FOUND",
  body: apiKeyBody,
  idempotencyKey: true,
  replies: { 201: { doc: "the key", schema: z.object({ id, key: z.string() }) } },
  errors: ["TENANT_NOT_FOUND", "IDEMPOTENCY_CONFLICT", "API_KEY_SHOWN"],
});

const params = z.strictObject({ id });
const notFound = "TENANT_NOT_FOUND";

const exportTenant = defineRoute({
  method: "GET",
  path: "/platform/tenants/:id/export",
  role: "platform",
  summary: "Export all that is stored of a tenant",
  doc: "As lines of JSON: a heading, each row of each table as `{table, row}`, and at the end the counts; without that last line the export is incomplete. Secrets and keys come without their values. Rows are read page by page while the tenant goes on: suspend it first for a still picture.",
  params,
  notFound,
  replies: { 200: { doc: "the rows", contentType: "application/x-ndjson" } },
  errors: [notFound],
});

const deletionProof = z.object({
  tenantId: id,
  status: z.literal("deleted"),
  mode: z.enum(deletionModes),
  requestedAt: instant,
  completedAt: instant,
  executions: z.object({
    canceled: z.number().int(),
    terminated: z.number().int(),
    removed: z.number().int().meta({ description: "histories that Temporal was asked to delete" }),
    open: z.number().int().meta({ description: "still open when the rows were deleted" }),
    schedules: z.number().int().meta({ description: "schedules that Temporal was asked to delete" }),
    left: z
      .object({
        open: z.number().int(),
        histories: z.number().int(),
        schedules: z.number().int(),
        listed: z.number().int().meta({ description: "what Temporal's index, which is behind, still listed" }),
        measuredAt: instant,
      })
      .optional()
      .meta({ description: "what Temporal was found to have when it was asked for each of them" }),
  }),
  keysErased: z.number().int().meta({ description: "what was sealed under them can be read nowhere any more" }),
  tables: z.array(z.object({ table: z.string(), deleted: z.number().int(), left: z.number().int() })).meta({
    description: "every table of the database that has rows of tenants, as the database itself lists them",
  }),
  audit: z.object({ kept: z.number().int(), pseudonymised: z.number().int() }),
});
export type TenantDeletionProof = z.infer<typeof deletionProof>;

const deletionProgress = z.object({
  tenantId: id,
  status: z.literal("deleting"),
  mode: z.enum(deletionModes),
  stage: z.string(),
  requestedAt: instant,
  graceEndsAt: instant,
  openRuns: z.number().int(),
});
export type TenantDeletionProgress = z.infer<typeof deletionProgress>;

const deleteTenant = defineRoute({
  method: "DELETE",
  path: "/platform/tenants/:id",
  role: "platform",
  summary: "Delete a tenant",
  doc: "With all its rows, executions and keys; what the audit log says stays, under pseudonyms. `mode` says what becomes of runs that have not ended: `refuse` (the default) refuses the deletion, `cancel` cancels them and terminates after `graceMs` those that still run, `terminate` terminates them. From the request on the tenant is suspended. Whatever interrupts it, asking again goes on, and a worker does so by itself; asking for a deleted tenant gives the same proof again.",
  params,
  notFound,
  body: z.strictObject({
    mode: z.enum(deletionModes).default("refuse"),
    graceMs: z.int().min(0).max(86_400_000).default(60_000),
  }),
  bodyOptional: true,
  replies: {
    200: { doc: "deleted; the proof", schema: deletionProof },
    202: { doc: "under way: ask again", schema: deletionProgress },
  },
  errors: [notFound, "TENANT_IN_USE"],
});

const audit = defineRoute({
  method: "GET",
  path: "/platform/tenants/:id/audit",
  role: "platform",
  summary: "List a tenant's audit log",
  doc: "Also of a tenant that was deleted.",
  params,
  notFound,
  query: auditQuery,
  replies: { 200: { doc: "a page of entries", schema: page(auditEntry) } },
  errors: [notFound, "CURSOR_MISMATCH"],
});

const verifyAudit = defineRoute({
  method: "GET",
  path: "/platform/tenants/:id/audit/verify",
  role: "platform",
  summary: "Recompute the chain of a tenant's audit log",
  doc: "Also of a tenant that was deleted.",
  params,
  notFound,
  query: verifyQuery,
  replies: { 200: { doc: "what was found", schema: auditVerification } },
  errors: [notFound],
});

export const platform = {
  createTenant,
  listTenants,
  getTenant,
  updateTenant,
  createApiKey,
  exportTenant,
  deleteTenant,
  audit,
  verifyAudit,
};
