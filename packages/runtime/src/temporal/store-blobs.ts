import { getBlob, putBlob, type Store } from "@mainspring/store";
import type { BlobPort } from "../codec/payload-codec.ts";

/** The codec's blobs in the tenant's table. */
export function storeBlobs(store: Store): BlobPort {
  return {
    put: (tenantId, bytes) => store.tenant(tenantId, (db) => putBlob(db, bytes)),
    get: (tenantId, hash) => store.tenant(tenantId, (db) => getBlob(db, hash)),
  };
}
