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
import type { Role, Store, TenantDb } from "@mainspring/store";
import type { FindKey } from "../http/access.ts";
import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";
import { actorOf } from "./actor.ts";
import { askedAs } from "./asked-as.ts";

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

/** Asked for again it is shown to whoever had it made, and to nobody else. @throws MainspringError IDEMPOTENCY_CONFLICT, API_KEY_SHOWN */
export async function makeApiKey(
  db: TenantDb,
  asked: {
    readonly actor: string;
    readonly body: { readonly name: string; readonly role: Role; readonly groups?: readonly string[] | undefined };
    readonly idempotencyKey: string | undefined;
  },
): Promise<{ readonly id: string; readonly key: string }> {
  const { actor, body } = asked;
  const { name, role, groups } = body;
  const request = askedAs(asked.idempotencyKey, { actor, name, role, groups: [...(groups ?? [])] });
  const { id, key, isNew } = await createApiKey(db, { name, role, groups, request });
  if (isNew) await recordAudit(db, { actor, action: "api-key.create", subject: `api-key:${id}`, details: body });
  return { id, key };
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
    async create({ body, caller, idempotencyKey }) {
      const created = await store.tenant(caller.tenantId, (db) =>
        makeApiKey(db, { actor: actorOf(caller), body, idempotencyKey }),
      );
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
