import type { Mutant } from "./mutant.ts";

const chain = { package: "store", file: "audit.ts", tests: ["audit.integration.test.ts"] } as const;
const kept = { package: "store", tests: ["kept-no-longer.integration.test.ts"] } as const;
const deletion = {
  package: "store",
  file: "tenant-deletion.ts",
  tests: ["packages/server/src/tenants.integration.test.ts"],
} as const;

const apart = { package: "store", tests: ["tenancy.integration.test.ts"] } as const;

/*
 * Reads name no tenant: the policies of the tables are what keeps tenants apart, so a tenant that is missing in a condition is no fault. Neither
 * is a setting that outlives its transaction, since each transaction sets it, nor one that is not set anew, since it ends with the last: only
 * both together would be. Here are faults in what makes the policies hold.
 */
export const tenantMutants: readonly Mutant[] = [
  {
    ...apart,
    file: "store.ts",
    what: "a process serves with a role that sees all tenants",
    before: "  if (row.unsafe || row.owns) {",
    after: "  if (row.unsafe && row.owns && !row.migrated) {",
  },
  {
    package: "store",
    file: "dispatcher.ts",
    what: "each tenant with work due is given that of all",
    before: "where tenant_id = tenant.id and due_at <= now() order by due_at, id limit",
    after: "where due_at <= now() order by due_at, id limit",
    tests: ["launch.integration.test.ts", "inbox.integration.test.ts"],
  },
  {
    ...chain,
    what: "an audit entry whose subject was altered passes",
    before: "contentHash !== sha256(salt, actor, subject, details)",
    after: "contentHash !== contentHash.toString()",
  },
  {
    ...chain,
    what: "audit entries that are gone from the end are not missed",
    before: "for (let seq = last.seq + 1; seq <= living.seq",
    after: "for (let seq = last.seq + 1; seq <= living.seq - living.seq",
  },
  {
    ...chain,
    what: "audit entries behind the end of the chain are not looked for",
    before: "for (const one of await behindTheEnd(db)) fault(one);",
    after: "await behindTheEnd(db);",
  },
  {
    ...kept,
    file: "blobs.ts",
    what: "a blob that the history of an open run refers to is swept",
    before: "(confirmed_at is null or confirmed_at > now() - ${kept})",
    after: "(confirmed_at > now() - ${kept})",
  },
  {
    ...kept,
    file: "blobs.ts",
    what: "a blob that a row refers to is swept",
    before: "for (const { hash } of rows) found.add(hash);",
    after: "for (const { hash } of rows) found.delete(hash);",
  },
  {
    ...kept,
    file: "run-deletion.ts",
    what: "ended runs are kept by the default, whatever their tenant says",
    before: "coalesce(max(retention_days), ",
    after: "coalesce(max(null::int), ",
  },
  {
    ...deletion,
    what: "a tenant with runs under way is deleted although that was to be refused",
    before: 'if (mode === "refuse" && inUse.openRuns > 0)',
    after: 'if (mode === "refuse" && inUse.openRuns < 0)',
  },
  {
    package: "server",
    file: "bundles/import-bundle.ts",
    what: "an import overwrites the draft of a workflow that exists",
    before: 'else if (onConflict === "draft") {',
    after: 'else if (onConflict !== "skip") {',
    tests: ["bundles.integration.test.ts"],
  },
  {
    package: "server",
    file: "http/access.ts",
    what: "a suspended tenant's keys work on",
    before: 'if (caller.kind === "tenant" && caller.suspended)',
    after: 'if (caller.kind === "tenant" && caller.suspended && needed === "platform")',
    tests: ["tenants.integration.test.ts"],
  },
];
