import { sweepData, sweepDataWrites, type Dispatcher, type Due, type Store, type TenantDb } from "@mainspring/store";

/** Rows removed in one round of the sweep. */
const sweptAtOnce = 500;

/**
 * Removes expired values of the data store, and answers of its writes that need not be remembered any longer. The dispatcher finds them
 * across tenants; each tenant's transaction looks again. Two that sweep at a time do no harm.
 * @returns whether there may be more
 */
export async function sweepOnce(parts: { readonly store: Store; readonly dispatcher: Dispatcher }): Promise<boolean> {
  const [values, answers] = await Promise.all([
    parts.dispatcher.dueData(sweptAtOnce),
    parts.dispatcher.dueDataWrites(sweptAtOnce),
  ]);
  await sweep(parts.store, values, sweepData);
  await sweep(parts.store, answers, sweepDataWrites);
  return values.length === sweptAtOnce || answers.length === sweptAtOnce;
}

async function sweep(
  store: Store,
  due: readonly Due[],
  remove: (db: TenantDb, ids: readonly string[]) => Promise<number>,
): Promise<void> {
  for (const [tenantId, rows] of Map.groupBy(due, (row) => row.tenantId)) {
    await store.tenant(tenantId, (db) =>
      remove(
        db,
        rows.map(({ id }) => id),
      ),
    );
  }
}
