import type { Store } from "@mainspring/store";
import type { KeyPort } from "../codec/encryption-codec.ts";

/** The tenants' keys: asked of the database once, then kept by the process. */
export function storeKeys(store: Store): KeyPort {
  return {
    newest: async (tenantId) => store.keys.known(tenantId) ?? store.tenant(tenantId, (db) => store.keys.newest(db)),
    version: async (tenantId, version) =>
      store.keys.knownVersion(tenantId, version) ?? store.tenant(tenantId, (db) => store.keys.version(db, version)),
  };
}
