import type { DataPort } from "@mainspring/actions";
import { deleteData, getData, putData, writeOnce, type Store } from "@mainspring/store";
import type { Scrubber } from "./scrub.ts";

/** The tenant's data store for one call: its writes are made once under the call's key. */
export function dataPort(
  store: Store,
  call: { readonly tenantId: string; readonly runId: string; readonly key: string },
  scrubber: Scrubber,
): DataPort {
  const { tenantId, runId, key } = call;
  return {
    get: (place) => store.tenant(tenantId, (db) => getData(db, place)),
    put: (write) =>
      store.tenant(tenantId, (db) =>
        writeOnce(db, key, () => putData(db, { ...write, value: scrubber.json(write.value), by: `run:${runId}` })),
      ),
    delete: (place) => store.tenant(tenantId, (db) => writeOnce(db, key, () => deleteData(db, place))),
  };
}
