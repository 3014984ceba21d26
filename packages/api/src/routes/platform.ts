import { z } from "zod";
import { tenantRoles } from "../roles.ts";
import { defineRoute } from "../route.ts";
import { id, label } from "../schemas/values.ts";

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
  doc: "`egressAllow` says what its runs may call beyond the public internet: hosts, addresses and CIDR blocks, each alone or with a port.",
  body: z.strictObject({ name: label, egressAllow: egressAllow.optional() }),
  replies: { 201: { doc: "the tenant", schema: z.object({ id }) } },
  errors: [],
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

const tenant = z.object({
  id,
  name: z.string(),
  egressAllow: z.array(egressEntry),
  quotas,
  suspended: z.boolean(),
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
  doc: "What is left out stays, in `quotas` too; null lifts a limit. Runs that meet the step quota pause and go on when there is room. A suspended tenant's keys are refused; its runs go on.",
  params: z.strictObject({ id }),
  notFound: "TENANT_NOT_FOUND",
  body: z.strictObject({
    egressAllow: egressAllow.optional(),
    quotas: quotas.partial().optional(),
    suspended: z.boolean().optional(),
  }),
  replies: { 200: { doc: "as stored", schema: tenant } },
  errors: ["TENANT_NOT_FOUND"],
});

const createApiKey = defineRoute({
  method: "POST",
  path: "/platform/tenants/:id/api-keys",
  role: "platform",
  summary: "Create an API key of a tenant",
  doc: "The key is shown once.",
  params: z.strictObject({ id }),
  notFound: "TENANT_NOT_FOUND",
  body: z.strictObject({ name: label, role: z.enum(tenantRoles) }),
  replies: { 201: { doc: "the key", schema: z.object({ id, key: z.string() }) } },
  errors: ["TENANT_NOT_FOUND"],
});

export const platform = { createTenant, getTenant, updateTenant, createApiKey };
