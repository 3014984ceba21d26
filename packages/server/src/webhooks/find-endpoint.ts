import { MainspringError } from "@mainspring/core";
import { getTenant, getWebhook, isUuid, readWebhookSecrets } from "@mainspring/store";
import type { Store, WebhookRow } from "@mainspring/store";

export interface FoundEndpoint {
  readonly tenantId: string;
  readonly isSuspended: boolean;
  readonly endpoint: WebhookRow;
  readonly secrets: readonly string[];
}

/**
 * The endpoint at an address. The address names its tenant in clear: that is set first, and endpoint and secrets are then read under the
 * tenant's own policy.
 * @throws MainspringError WEBHOOK_NOT_FOUND, the same whether tenant, endpoint or permission to be called is missing
 */
export async function findEndpoint(store: Store, tenantId: string, key: string): Promise<FoundEndpoint> {
  if (!isUuid(tenantId) || !/^[a-z][a-z0-9-]{1,62}$/.test(key)) throw notFound();
  return store.tenant(tenantId, async (db) => {
    const endpoint = await getWebhook(db, key);
    const tenant = endpoint?.enabled === true ? await getTenant(db) : undefined;
    if (endpoint === undefined || tenant === undefined) throw notFound();
    return {
      tenantId,
      isSuspended: tenant.suspended,
      endpoint,
      secrets: await readWebhookSecrets(db, endpoint.id),
    };
  });
}

function notFound(): MainspringError {
  return new MainspringError("WEBHOOK_NOT_FOUND", {}, "there is no webhook endpoint at this address");
}
