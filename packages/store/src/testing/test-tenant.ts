import { newId } from "../ids.ts";
import { insertRun } from "../launch.ts";
import type { NewRun } from "../launch.ts";
import type { Store, TenantDb } from "../store.ts";
import { createTenant } from "../tenants.ts";

/** A tenant and a short way to work in it. */
export interface TestTenant {
  readonly id: string;
  run<T>(work: (db: TenantDb) => Promise<T>): Promise<T>;
}

export async function testTenant(store: Store, name = "one"): Promise<TestTenant> {
  const { id } = await store.platform((db) => createTenant(db, { name }));
  return { id, run: (work) => store.tenant(id, work) };
}

/** A run that is accepted; returns its id. */
export async function acceptedRun(tenant: TestTenant, run: Partial<NewRun> = {}): Promise<string> {
  const id = run.id ?? newId();
  const pinned = {
    workflowKey: "w",
    version: 1,
    definitionHash: "d",
    programHash: "p",
    semantics: 2,
    input: {},
  } as const;
  await tenant.run((db) => insertRun(db, { ...pinned, ...run, id }));
  return id;
}
