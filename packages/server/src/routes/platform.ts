import type { TenantReply } from "@mainspring/api";
import { MainspringError } from "@mainspring/core";
import {
  createTenant,
  exportTenantRows,
  findTenant,
  getQuotas,
  getTenant,
  listAudit,
  listTenants,
  putQuotas,
  recordAudit,
  recordFirstAudit,
  tenantTables,
  updateTenant,
  verifyAudit,
} from "@mainspring/store";
import type { Quotas, Store, TenantRow } from "@mainspring/store";
import { definedMembers } from "../http/defined-members.ts";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { makeApiKey } from "./api-keys.ts";
import { askedAs } from "./asked-as.ts";
import { anchorOf } from "./audit.ts";

const actor = "platform";
/** A deletion that takes longer is answered as under way. */
const deletionWithinMs = 25_000;
const exportedAtOnce = 500;

export function platformHandlers({ store, runs }: Services): Handlers<"platform"> {
  /** Also of a tenant that was deleted: its audit log is there. @throws MainspringError TENANT_NOT_FOUND */
  const known = async (id: string): Promise<void> => {
    if ((await store.platform((db) => findTenant(db, id))) !== undefined) return;
    const { items } = await store.tenant(id, (db) => listAudit(db, {}, { limit: 1 }));
    if (items.length === 0) throw new MainspringError("TENANT_NOT_FOUND");
  };

  return {
    async createTenant({ body, idempotencyKey }) {
      const { name } = body;
      const egressAllow = egressList(body.egressAllow);
      const request = askedAs(idempotencyKey, { name, egressAllow: egressAllow ?? [] });
      const { id } = await store.platform((db) => createTenant(db, { name, egressAllow, request }));
      // Asked for again, it may be because the first request ended between these two transactions.
      await store.tenant(id, (db) =>
        recordFirstAudit(db, { actor, action: "tenant.create", subject: `tenant:${id}`, details: body }),
      );
      return { status: 201, body: { id } };
    },
    async getTenant({ params }) {
      const tenant = existing(await store.platform((db) => findTenant(db, params.id)));
      return { status: 200, body: present(tenant, await store.tenant(params.id, getQuotas)) };
    },
    async listTenants({ query }) {
      const { items, nextCursor } = await store.platform((db) => listTenants(db, query));
      return { status: 200, body: { items: items.map(presentTenant), nextCursor } };
    },
    async updateTenant({ params, body }) {
      const { quotas, suspended, retentionDays } = body;
      const tenant = existing(
        await store.platform((db) =>
          updateTenant(db, params.id, { egressAllow: egressList(body.egressAllow), suspended, retentionDays }),
        ),
      );
      const stored = await store.tenant(params.id, async (db) => {
        const now = await (quotas === undefined ? getQuotas(db) : putQuotas(db, definedMembers(quotas)));
        await recordAudit(db, { actor, action: "tenant.update", subject: `tenant:${params.id}`, details: body });
        return now;
      });
      return { status: 200, body: present(tenant, stored) };
    },
    async createApiKey({ params, body, idempotencyKey }) {
      const created = await store.tenant(params.id, async (db) => {
        if ((await getTenant(db)) === undefined) throw new MainspringError("TENANT_NOT_FOUND");
        return makeApiKey(db, { actor, body, idempotencyKey });
      });
      return { status: 201, body: created };
    },
    async exportTenant({ params: { id } }) {
      const tenant = existing(await store.platform((db) => findTenant(db, id)));
      await store.tenant(id, (db) => recordAudit(db, { actor, action: "tenant.export", subject: `tenant:${id}` }));
      return {
        status: 200,
        text: exported(store, tenant),
        headers: { "content-disposition": `attachment; filename="tenant-${id}.ndjson"` },
      };
    },
    async deleteTenant({ params: { id }, body: { mode, graceMs } = { mode: "refuse", graceMs: 0 } }) {
      const done = await runs.deleteTenant({ tenantId: id, mode, graceMs, by: actor, withinMs: deletionWithinMs });
      return done.status === "deleted" ? { status: 200, body: done } : { status: 202, body: done };
    },
    async audit({ params: { id }, query: { cursor, limit, ...filter } }) {
      await known(id);
      return { status: 200, body: await store.tenant(id, (db) => listAudit(db, filter, { cursor, limit })) };
    },
    async verifyAudit({ params: { id }, query }) {
      await known(id);
      const { faults, ...found } = await store.tenant(id, (db) => verifyAudit(db, anchorOf(query)));
      return { status: 200, body: { ...found, faults: [...faults] } };
    },
  };
}

/** Heading, rows, and counts: an export without its last line is incomplete. */
async function* exported(store: Store, tenant: TenantRow): AsyncGenerator<string> {
  const heading = {
    format: "mainspring.tenant/1",
    tenant: presentTenant(tenant),
    exportedAt: new Date().toISOString(),
  };
  yield `${JSON.stringify(heading)}\n`;
  const counts: { [table: string]: number } = {};
  for (const table of await store.tenant(tenant.id, tenantTables)) {
    let after: readonly string[] | undefined;
    counts[table.name] = 0;
    do {
      const page = await store.tenant(tenant.id, (db) => exportTenantRows(db, table, after, exportedAtOnce));
      counts[table.name] = (counts[table.name] ?? 0) + page.lines.length;
      if (page.lines.length > 0) yield page.lines.join("");
      after = page.next;
    } while (after !== undefined);
  }
  yield `${JSON.stringify({ end: true, counts })}\n`;
}

type EgressBody =
  | readonly string[]
  | { readonly hosts?: readonly string[]; readonly cidrs?: readonly string[]; readonly ports?: readonly number[] };

/** Both forms as one list: each host and block, with each port where ports are given. */
function egressList(allow: EgressBody | undefined): string[] | undefined {
  if (allow === undefined) return undefined;
  if (isList(allow)) return [...allow];
  const targets = [...(allow.hosts ?? []), ...(allow.cidrs ?? [])];
  if (allow.ports === undefined || allow.ports.length === 0) return targets;
  const ports = allow.ports;
  return targets.flatMap((target) =>
    ports.map((port) => `${target.includes("::") && !target.startsWith("[") ? `[${target}]` : target}:${port}`),
  );
}

function isList(allow: EgressBody): allow is readonly string[] {
  return Array.isArray(allow);
}

function existing(tenant: TenantRow | undefined): TenantRow {
  if (tenant === undefined) throw new MainspringError("TENANT_NOT_FOUND");
  return tenant;
}

function present(tenant: TenantRow, quotas: Quotas): TenantReply {
  return { ...presentTenant(tenant), quotas };
}

function presentTenant({ deletion, ...tenant }: TenantRow): Omit<TenantReply, "quotas"> {
  return {
    id: tenant.id,
    name: tenant.name,
    egressAllow: tenant.egressAllow.filter((entry) => typeof entry === "string"),
    suspended: tenant.suspended,
    retentionDays: tenant.retentionDays,
    createdAt: tenant.createdAt,
    deletion:
      deletion === null
        ? null
        : {
            mode: deletion.mode,
            stage: deletion.stage,
            requestedAt: deletion.requestedAt,
            graceEndsAt: deletion.graceEndsAt,
          },
  };
}
