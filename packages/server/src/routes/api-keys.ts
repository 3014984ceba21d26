import { MainspringError } from "@mainspring/core";
import {
  createApiKey,
  findApiKey,
  getTenant,
  listApiKeys,
  recordAudit,
  revokeApiKey,
  tenantOfApiKey,
} from "@mainspring/store";
import type { Store } from "@mainspring/store";
import type { FindKey } from "../http/access.ts";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";

/**
 * Looks keys up. A key names its tenant in clear: that is set first, and the key is then sought under the tenant's own policy.
 * Only its hash is compared, by the database's index, so that nothing of a stored key shows in the time it takes.
 */
export function keyFinder(store: Store): FindKey {
  return async (key) => {
    const tenantId = tenantOfApiKey(key);
    if (tenantId === undefined) return undefined;
    return store.tenant(tenantId, async (db) => {
      const found = await findApiKey(db, key);
      if (found === undefined) return undefined;
      const tenant = await getTenant(db);
      if (tenant === undefined) return undefined;
      const { id: keyId, name: keyName, role, groups } = found;
      return { tenantId, tenantName: tenant.name, keyId, keyName, role, groups, suspended: tenant.suspended };
    });
  };
}

export function apiKeyHandlers({ store }: Services): Handlers<"apiKeys"> {
  return {
    current: async ({ caller: { keyId, keyName, role, groups, tenantId, tenantName } }) => ({
      status: 200,
      body: { id: keyId, name: keyName, role, groups: [...groups], tenant: { id: tenantId, name: tenantName } },
    }),
    async list({ caller }) {
      const items = await store.tenant(caller.tenantId, (db) => listApiKeys(db));
      return {
        status: 200,
        body: { items: items.map((row) => ({ ...row, groups: [...row.groups] })), nextCursor: null },
      };
    },
    async create({ body, caller }) {
      const created = await store.tenant(caller.tenantId, async (db) => {
        const made = await createApiKey(db, body);
        await recordAudit(db, {
          actor: actorOf(caller),
          action: "api-key.create",
          subject: `api-key:${made.id}`,
          details: body,
        });
        return made;
      });
      return { status: 201, body: created };
    },
    async revoke({ params, caller }) {
      const found = await store.tenant(caller.tenantId, async (db) => {
        const revoked = await revokeApiKey(db, params.id);
        if (revoked === "revoked")
          await recordAudit(db, { actor: actorOf(caller), action: "api-key.revoke", subject: `api-key:${params.id}` });
        return revoked;
      });
      if (found === undefined) throw new MainspringError("API_KEY_NOT_FOUND");
      return { status: 204 };
    },
  };
}
