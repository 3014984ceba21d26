import { MainspringError } from "@mainspring/core";
import {
  createApiKey,
  createTenant,
  findTenant,
  getQuotas,
  getTenant,
  putQuotas,
  recordAudit,
  updateTenant,
} from "@mainspring/store";
import type { Quotas, TenantRow } from "@mainspring/store";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

const actor = "platform";

export function platformHandlers({ store }: Services): Handlers<"platform"> {
  return {
    async createTenant({ body }) {
      const { id } = await store.platform((db) =>
        createTenant(db, { name: body.name, egressAllow: egressList(body.egressAllow) }),
      );
      await store.tenant(id, (db) =>
        recordAudit(db, { actor, action: "tenant.create", subject: `tenant:${id}`, details: body }),
      );
      return { status: 201, body: { id } };
    },
    async getTenant({ params }) {
      const tenant = existing(await store.platform((db) => findTenant(db, params.id)));
      return { status: 200, body: present(tenant, await store.tenant(params.id, getQuotas)) };
    },
    async updateTenant({ params, body }) {
      const { quotas, suspended } = body;
      const tenant = existing(
        await store.platform((db) =>
          updateTenant(db, params.id, { egressAllow: egressList(body.egressAllow), suspended }),
        ),
      );
      const stored = await store.tenant(params.id, async (db) => {
        await recordAudit(db, { actor, action: "tenant.update", subject: `tenant:${params.id}`, details: body });
        return quotas === undefined ? getQuotas(db) : putQuotas(db, defined(quotas));
      });
      return { status: 200, body: present(tenant, stored) };
    },
    async createApiKey({ params, body }) {
      const created = await store.tenant(params.id, async (db) => {
        if ((await getTenant(db)) === undefined) throw new MainspringError("TENANT_NOT_FOUND");
        const made = await createApiKey(db, body);
        await recordAudit(db, { actor, action: "api-key.create", subject: `api-key:${made.id}`, details: body });
        return made;
      });
      return { status: 201, body: created };
    },
  };
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

/** Without what was left out. */
function defined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function present(
  tenant: TenantRow,
  quotas: Quotas,
): {
  id: string;
  name: string;
  egressAllow: string[];
  quotas: Quotas;
  suspended: boolean;
} {
  return {
    id: tenant.id,
    name: tenant.name,
    egressAllow: tenant.egressAllow.filter((entry) => typeof entry === "string"),
    quotas,
    suspended: tenant.suspended,
  };
}
